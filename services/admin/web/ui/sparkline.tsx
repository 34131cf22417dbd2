import { useId } from 'react';
import styles from './sparkline.module.css';

interface Bar {
  readonly value: number;
  /** How much of it went wrong: the foot of the bar, in another colour. */
  readonly bad?: number;
}

interface Props {
  /** Oldest first. */
  readonly bars: readonly Bar[];
  /** What is counted, over which time: "Requests in the last 24 hours". */
  readonly label: string;
  readonly width?: number;
  readonly height?: number;
}

/** Some that is seen beside much: no bar of a value above zero is lower than this. */
const LOWEST = 2;
/** Nor is one piece of bad luck in a quiet hour as high as a storm. */
const SCALE_MIN = 4;

/** Bars as small as a word, scaled by the highest of them. */
export function Sparkline({ bars, label, width = 96, height = 20 }: Props) {
  const id = useId();
  const [total, bad] = [sum(bars.map(({ value }) => value)), sum(bars.map((bar) => bar.bad ?? 0))];
  const step = width / Math.max(bars.length, 1);
  const scale = height / Math.max(SCALE_MIN, ...bars.map(({ value }) => value));
  const high = (value: number): number => (value === 0 ? 0 : Math.max(LOWEST, value * scale));
  const bar = (className: string | undefined, value: number, index: number) =>
    value > 0 && (
      <rect
        key={`${className ?? ''}${index}`}
        className={className}
        x={index * step}
        y={height - high(value)}
        width={Math.max(1, step - 1)}
        height={high(value)}
      />
    );
  return (
    <svg className={styles.sparkline} width={width} height={height} role="img" aria-labelledby={id}>
      <title
        id={id}
      >{`${label}: ${total.toLocaleString('en')}${bad > 0 ? `, ${bad.toLocaleString('en')} of them failed` : ''}`}</title>
      <line className={styles.base} x1="0" x2={width} y1={height + 0.5} y2={height + 0.5} />
      {bars.map(({ value }, index) => bar(styles.bar, value, index))}
      {bars.map((one, index) => bar(styles.bad, one.bad ?? 0, index))}
    </svg>
  );
}

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);
