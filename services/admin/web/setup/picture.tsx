import type { Picture, Row } from './providers/provider.js';
import styles from './picture.module.css';
import { useText } from './reading.js';
import { classes } from '../ui/classes.js';

const WIDTH = 360;
const MENU = 136;
const PAD = 14;
const LINE = 26;
/** About the width of a letter, since SVG does not measure. */
const LETTER = 6.4;
const BUTTON_PAD = 9;

/** A sketch of a provider's screen, with what a step is about marked. */
export function Sketch({ picture }: { readonly picture: Picture }) {
  const text = useText();
  const { title, menu, tabs, rows = [], buttons = [], marked } = picture;
  const left = menu === undefined ? 0 : MENU;
  const top = 28 + (tabs === undefined ? 0 : LINE + 4);
  const placed = stacked(rows, top + PAD);
  const buttonsAt = placed.end + (rows.length === 0 ? 0 : 4);
  const laid = laidOut(buttons, left + PAD, buttonsAt, WIDTH - PAD);
  const ghosts = rows.length === 0 ? 36 : 0;
  const end =
    Math.max((buttons.length === 0 ? placed.end : laid.end) + ghosts, top + PAD + (menu?.length ?? 0) * LINE) + PAD;
  const isMarked = (label: string): boolean => marked.includes(label);
  return (
    <svg
      className={styles.sketch}
      viewBox={`0 0 ${WIDTH} ${end}`}
      role="img"
      aria-label={text.connect.picture(title, marked.join(', '))}
    >
      <rect className={styles.window} x="0.5" y="0.5" width={WIDTH - 1} height={end - 1} rx="8" />
      <TitleBar title={title} />
      {tabs && <Tabs names={tabs} isMarked={isMarked} />}
      {menu && <Menu names={menu} top={top} end={end} isMarked={isMarked} />}
      {placed.rows.map(({ row, y }) => (
        <OneRow
          key={row.label}
          row={row}
          x={left + PAD}
          y={y}
          width={WIDTH - left - 2 * PAD}
          isMarked={isMarked(row.label)}
        />
      ))}
      {rows.length === 0 && <Ghosts x={left + PAD} y={laid.end + 10} width={WIDTH - left - 2 * PAD} />}
      {laid.all.map(({ label, x, y, width }) => (
        <g key={label} className={classes(isMarked(label) && styles.marked)}>
          <rect className={styles.button} x={x} y={y} width={width} height="24" rx="5" />
          <text className={styles.label} x={x + width / 2} y={y + 16} textAnchor="middle">
            {label}
          </text>
        </g>
      ))}
    </svg>
  );
}

const TitleBar = ({ title }: { readonly title: string }) => (
  <g>
    <path
      className={styles.bar}
      d={`M1 28V8.5A7.5 7.5 0 0 1 8.5 1H${WIDTH - 8.5}A7.5 7.5 0 0 1 ${WIDTH - 1} 8.5V28Z`}
    />
    {[14, 25, 36].map((x) => (
      <circle key={x} className={styles.knob} cx={x} cy="14.5" r="3" />
    ))}
    <text className={styles.title} x={WIDTH / 2} y="18" textAnchor="middle">
      {title}
    </text>
  </g>
);

/** What else there is on a screen, and does not matter. */
const Ghosts = ({ x, y, width }: { readonly x: number; readonly y: number; readonly width: number }) => (
  <g>
    {[0.9, 0.7].map((part, index) => (
      <rect key={part} className={styles.ghost} x={x} y={y + index * 18} width={width * part} height="8" rx="4" />
    ))}
  </g>
);

interface Names {
  readonly names: readonly string[];
  readonly isMarked: (label: string) => boolean;
}

function Tabs({ names, isMarked }: Names) {
  let x = PAD;
  return (
    <g>
      <path className={styles.line} d={`M1 57.5H${WIDTH - 1}`} />
      {names.map((name) => {
        const at = x;
        x += name.length * LETTER + 12;
        return (
          <g key={name} className={classes(isMarked(name) && styles.markedTab)}>
            <text className={styles.label} x={at} y="47">
              {name}
            </text>
            {isMarked(name) && <path className={styles.under} d={`M${at} 57H${at + name.length * LETTER}`} />}
          </g>
        );
      })}
    </g>
  );
}

function Menu({ names, top, end, isMarked }: Names & { readonly top: number; readonly end: number }) {
  return (
    <g>
      <path className={styles.line} d={`M${MENU}.5 ${top}V${end - 1}`} />
      {names.map((name, index) => (
        <g key={name} className={classes(isMarked(name) && styles.marked)}>
          <rect
            className={styles.menuItem}
            x="7"
            y={top + 9 + index * LINE}
            width={MENU - 13}
            height={LINE - 4}
            rx="5"
          />
          <text className={styles.label} x="14" y={top + 24 + index * LINE}>
            {fitted(name, MENU - 24)}
          </text>
        </g>
      ))}
    </g>
  );
}

interface RowProps {
  readonly row: Row;
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly isMarked: boolean;
}

const VALUES: Readonly<Record<string, string>> = { baseUrl: 'https://…/scim/…/v2', token: 'rcs_••••••••••••••••' };

function OneRow({ row: { kind, label, value }, x, y, width, isMarked }: RowProps) {
  const group = classes(isMarked && styles.marked);
  if (kind === 'check') {
    return (
      <g className={group}>
        <rect className={styles.box} x={x} y={y + 3} width="14" height="14" rx="3" />
        <path className={styles.tick} d={`M${x + 3.5} ${y + 10}l2.6 2.6 4.6-5.2`} />
        <text className={styles.label} x={x + 22} y={y + 14}>
          {fitted(label, width - 22)}
        </text>
      </g>
    );
  }
  if (kind === 'item') {
    return (
      <g className={group}>
        <rect className={styles.box} x={x} y={y} width={width} height="24" rx="5" />
        <text className={styles.label} x={x + 8} y={y + 16}>
          {fitted(label, width - 16)}
        </text>
      </g>
    );
  }
  const shown = value === undefined ? '' : (VALUES[value] ?? value);
  return (
    <g className={group}>
      <text className={styles.name} x={x} y={y + 9}>
        {fitted(label, width)}
      </text>
      <rect className={styles.box} x={x} y={y + 15} width={width} height="24" rx="5" />
      <text className={value !== undefined && value in VALUES ? styles.value : styles.label} x={x + 8} y={y + 31}>
        {shown}
      </text>
      {kind === 'choice' && <path className={styles.chevron} d={`M${x + width - 18} ${y + 25}l4 4 4-4`} />}
    </g>
  );
}

/** Where each row begins, and where the last one ends. */
function stacked(rows: readonly Row[], top: number): { rows: readonly { row: Row; y: number }[]; end: number } {
  let y = top;
  const placed = rows.map((row) => {
    const at = y;
    y += row.kind === 'field' || row.kind === 'choice' ? 48 : row.kind === 'item' ? 32 : LINE;
    return { row, y: at };
  });
  return { rows: placed, end: y };
}

/** Buttons beside each other, on further lines where they do not fit. */
function laidOut(labels: readonly string[], left: number, top: number, right: number) {
  let [x, y] = [left, top];
  const all = labels.map((label) => {
    const width = label.length * LETTER + 2 * BUTTON_PAD;
    if (x > left && x + width > right) [x, y] = [left, y + 32];
    const at = { label, x, y, width };
    x += width + 8;
    return at;
  });
  return { all, end: y + 26 };
}

function fitted(label: string, width: number): string {
  const letters = Math.floor(width / LETTER);
  return label.length <= letters ? label : `${label.slice(0, letters - 1).trimEnd()}…`;
}
