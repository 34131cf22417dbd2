import { useId } from 'react';
import { classes } from './classes.js';
import styles from './hours.module.css';

interface Series {
  readonly name: string;
  readonly tone: 'accent' | 'good' | 'bad';
  readonly valueOf: (index: number) => number;
}

interface Props {
  /** What is counted: "Attempts in the last 24 hours". */
  readonly label: string;
  /** When each hour begins, oldest first. */
  readonly hours: readonly string[];
  /** Stacked, the first one at the foot. */
  readonly series: readonly Series[];
}

/** Of the picture, which is drawn as wide as its place. */
const [WIDTH, HEIGHT] = [480, 80];
/** Some that is seen beside much. */
const LOWEST = 1.5;

/** Bars, one for each hour, with what they count. */
export function Hours({ label, hours, series }: Props) {
  const id = useId();
  const totals = hours.map((_, index) => sum(series.map(({ valueOf }) => valueOf(index))));
  const highest = Math.max(1, ...totals);
  const step = WIDTH / Math.max(hours.length, 1);
  const told = series.map(({ name, valueOf }) => `${count(sum(hours.map((_, index) => valueOf(index))))} ${name}`);
  return (
    <figure className={styles.hours}>
      <figcaption id={id} className={styles.caption}>
        <span>{label}</span>
        <span className={styles.legend}>
          {series.map(({ name, tone }, index) => (
            <span key={name} className={classes(styles.key, styles[tone])}>
              <span aria-hidden="true" /> {told[index]}
            </span>
          ))}
        </span>
      </figcaption>
      <p className={styles.scale} aria-hidden="true">
        {count(highest)}
      </p>
      <svg
        className={styles.chart}
        viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
        preserveAspectRatio="none"
        role="img"
        aria-labelledby={id}
      >
        {hours.map((hour, index) => (
          <g key={hour}>
            <title>{`${clock(hour)}: ${series.map(({ name, valueOf }) => `${count(valueOf(index))} ${name}`).join(', ')}`}</title>
            <rect className={styles.target} x={index * step} y="0" width={step} height={HEIGHT} />
            {stacked(series, index, HEIGHT / highest).map(({ tone, y, height }) => (
              <rect
                key={tone}
                className={styles[tone]}
                x={index * step + 1.5}
                y={y}
                width={Math.max(1, step - 3)}
                height={height}
              />
            ))}
          </g>
        ))}
      </svg>
      <p className={styles.scale} aria-hidden="true">
        <span>{clock(hours[0])}</span>
        <span>{clock(hours[Math.floor(hours.length / 2)])}</span>
        <span>now</span>
      </p>
    </figure>
  );
}

function stacked(series: readonly Series[], index: number, scale: number) {
  let y = HEIGHT;
  return series.flatMap(({ tone, valueOf }) => {
    const value = valueOf(index);
    if (value === 0) return [];
    const height = Math.max(LOWEST, value * scale);
    y -= height;
    return [{ tone, y, height }];
  });
}

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);
const count = (value: number): string => value.toLocaleString('en');
/** "14:00", in the viewer's zone. */
const clock = (at: string | undefined): string =>
  at === undefined ? '' : new Date(at).toLocaleTimeString('en-GB', { hour: '2-digit', minute: '2-digit' });
