/** Colours of the host application, so that what is written on or in them can be read: a contrast of 4.5 (WCAG 2.2, 1.4.3). */
export interface Accents {
  /** Of text and lines, on the ground of the light theme and of the dark one. */
  readonly light: string;
  readonly dark: string;
  /** Of what is filled: the application's own colour, and the text on it. */
  readonly ground: string;
  readonly hover: string;
  readonly on: string;
}

type Rgb = readonly [number, number, number];

const CONTRAST_MIN = 4.5;
/** A little more, since parts of colours are rounded. */
const CONTRAST_AIM = 4.6;
const BLACK: Rgb = [0, 0, 0];
const WHITE: Rgb = [255, 255, 255];
/** The darkest ground that text stands on in the light theme, and the lightest one of the dark theme: see `tokens.css`. */
const LIGHT_GROUND: Rgb = [0xec, 0xee, 0xfb];
const DARK_GROUND: Rgb = [0x23, 0x28, 0x4a];
const STEPS = 20;

/** Undefined where the colour is none of the form `#rrggbb`. */
export function accentsOf(color: string): Accents | undefined {
  const rgb = parse(color);
  if (rgb === undefined) return undefined;
  const isDark = contrast(rgb, WHITE) >= CONTRAST_MIN;
  return {
    light: print(readable(rgb, LIGHT_GROUND, BLACK)),
    dark: print(readable(rgb, DARK_GROUND, WHITE)),
    ground: color,
    hover: print(mix(rgb, isDark ? BLACK : WHITE, 0.15)),
    on: print(isDark ? WHITE : BLACK),
  };
}

/** The nearest colour towards `end` that can be read on `ground`. */
function readable(rgb: Rgb, ground: Rgb, end: Rgb): Rgb {
  for (let step = 0; step < STEPS; step++) {
    const mixed = mix(rgb, end, step / STEPS);
    if (contrast(mixed, ground) >= CONTRAST_AIM) return mixed;
  }
  return end;
}

/** WCAG 2.2: from 1 to 21. */
export function contrastOf(one: string, other: string): number {
  const [a, b] = [parse(one), parse(other)];
  return a === undefined || b === undefined ? 1 : contrast(a, b);
}

function contrast(a: Rgb, b: Rgb): number {
  const [darker = 0, lighter = 0] = [luminance(a), luminance(b)].sort((x, y) => x - y);
  return (lighter + 0.05) / (darker + 0.05);
}

function luminance([red, green, blue]: Rgb): number {
  const linear = (part: number): number => {
    const share = part / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  };
  return 0.2126 * linear(red) + 0.7152 * linear(green) + 0.0722 * linear(blue);
}

const mix = (from: Rgb, to: Rgb, share: number): Rgb => [
  from[0] + (to[0] - from[0]) * share,
  from[1] + (to[1] - from[1]) * share,
  from[2] + (to[2] - from[2]) * share,
];

function parse(color: string): Rgb | undefined {
  const [, red, green, blue] = /^#([\da-f]{2})([\da-f]{2})([\da-f]{2})$/i.exec(color) ?? [];
  if (red === undefined || green === undefined || blue === undefined) return undefined;
  return [parseInt(red, 16), parseInt(green, 16), parseInt(blue, 16)];
}

const print = (rgb: Rgb): string => `#${rgb.map((part) => Math.round(part).toString(16).padStart(2, '0')).join('')}`;
