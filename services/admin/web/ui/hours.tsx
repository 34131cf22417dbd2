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

const [WIDTH, HEIGHT, FOOT] = [480, 96, 20];
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
      <svg className={styles.chart} viewBox={`0 0 ${WIDTH} ${HEIGHT + FOOT}`} role="img" aria-labelledby={id}>
        <text className={styles.scale} x="0" y="10">
          {count(highest)}
        </text>
        <line className={styles.top} x1="0" x2={WIDTH} y1="14.5" y2="14.5" />
        {hours.map((hour, index) => (
          <g key={hour}>
            <title>{`${clock(hour)}: ${series.map(({ name, valueOf }) => `${count(valueOf(index))} ${name}`).join(', ')}`}</title>
            <rect className={styles.target} x={index * step} y="14" width={step} height={HEIGHT - 14} />
            {stacked(series, index, (HEIGHT - 14) / highest).map(({ tone, y, height }) => (
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
        <line className={styles.base} x1="0" x2={WIDTH} y1={HEIGHT + 0.5} y2={HEIGHT + 0.5} />
        {[0, Math.floor(hours.length / 2), hours.length - 1].map((index, place) => (
          <text
            key={place}
            className={styles.scale}
            x={place === 0 ? 0 : place === 1 ? WIDTH / 2 : WIDTH}
            y={HEIGHT + 15}
            textAnchor={place === 0 ? 'start' : place === 1 ? 'middle' : 'end'}
          >
            {place === 2 ? 'now' : clock(hours[index])}
          </text>
        ))}
      </svg>
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
