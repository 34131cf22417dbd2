import { InvalidArgumentError, Option, type Command } from 'commander';
import { EVENT_TYPES } from '../../shared/events/event.js';
import { DIRECTORY_PATTERNS, TYPE_PATTERNS } from '../../shared/events/selection.js';
import { nearest } from '../../shared/runtime/nearest.js';

/** What flags are checked with: each answers the value, or throws what the message ends with. */

export function positiveInteger(text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1) throw new InvalidArgumentError('It must be a whole number from 1.');
  return value;
}

export function number(text: string): number {
  const value = Number(text);
  if (text.trim() === '' || !Number.isFinite(value)) throw new InvalidArgumentError('It must be a number.');
  return value;
}

function absoluteUrl(text: string): string {
  if (URL.canParse(text) && /^https?:/i.test(text)) return text.replace(/\/+$/, '');
  throw new InvalidArgumentError('It must be a URL, http or https, such as http://localhost:3000.');
}

/** As `absoluteUrl`; http:// may be left out. */
export function appUrl(text: string): string {
  const url = /^https?:/i.test(text) ? text : `http://${text}`;
  if (URL.canParse(url)) return url;
  throw new InvalidArgumentError('It must be a URL, http or https, such as http://localhost:4000/webhooks.');
}

/** One of a few words; names the nearest to another one. */
export const oneOf =
  <Word extends string>(words: readonly Word[]) =>
  (text: string): Word => {
    const found = words.find((word) => word === text);
    if (found !== undefined) return found;
    // A single sign such as * is near to any short word, and meant by none.
    const meant = nearest(
      text,
      words.filter(({ length }) => length > 1),
    );
    const fix = meant === undefined ? `It must be one of ${words.join(', ')}.` : `Did you mean ${meant}?`;
    throw new InvalidArgumentError(fix);
  };

/** A flag that may be repeated, and whose values may be separated by commas. */
const several =
  <Word extends string>(words: readonly Word[]) =>
  (text: string, former: readonly Word[] = []): readonly Word[] => [
    ...former,
    ...text.split(',').map((word) => oneOf(words)(word.trim())),
  ];

export const eventType = oneOf(EVENT_TYPES);
export const typePatterns = several(TYPE_PATTERNS);
/** Those of what `GET /v1/events` has. */
export const directoryPatterns = several(DIRECTORY_PATTERNS);

const UNIT_MS: Readonly<Record<string, number>> = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 };

function durationMs(text: string): number | undefined {
  const [, count, unit] = /^(\d{1,6})([smhd])$/.exec(text) ?? [];
  return unit === undefined ? undefined : Number(count) * (UNIT_MS[unit] ?? 0);
}

/** A duration; in seconds, as the API takes it. */
export function seconds(text: string): number {
  const ms = durationMs(text);
  if (ms === undefined) throw new InvalidArgumentError('It must be a duration such as 90s, 10m, 2h or 3d.');
  return ms / 1000;
}

/** A time, or how long ago it was; as the API takes it. */
export function time(text: string): string {
  const agoMs = durationMs(text);
  if (agoMs !== undefined) return new Date(Date.now() - agoMs).toISOString();
  const at = /^\d{4}-\d\d-\d\d(T|$)/.test(text) ? Date.parse(text) : NaN;
  if (!Number.isNaN(at)) return new Date(at).toISOString();
  throw new InvalidArgumentError('It must be a time such as 2026-01-31T09:30:00Z, or how long ago: 90s, 10m, 2h, 3d.');
}

/** Commander would make an empty text of null. */
export const NONE = Symbol('none');

/** A value, or none of it. */
export const orNone =
  <T>(parse: (text: string) => T) =>
  (text: string): T | typeof NONE =>
    text === 'none' ? NONE : parse(text);

/** Separated by commas; checked by the API. */
export const listOrNone = (text: string): readonly string[] =>
  text === 'none' ? [] : text.split(',').map((range) => range.trim());

export function json(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new InvalidArgumentError('It must be JSON.');
  }
}

/** `name: value`, as often as there are headers. */
export function header(text: string, former: Readonly<Record<string, string>> = {}): Readonly<Record<string, string>> {
  const [, name, value] = /^([^:\s]+):\s*(.*)$/.exec(text) ?? [];
  if (name === undefined || value === undefined) throw new InvalidArgumentError('It must be "name: value".');
  return { ...former, [name]: value };
}

/** Of every command that speaks to a running Rollcall. */
export interface Connection {
  readonly url?: string;
  readonly key?: string;
  readonly json?: boolean;
}

export const JSON_FLAG = '--json';

export const CONNECTION_FLAGS = [
  new Option('--url <url>', 'where Rollcall is (default: ROLLCALL_URL, else http://localhost:3000)').argParser(
    absoluteUrl,
  ),
  new Option('--key <key>', 'admin key (default: ROLLCALL_ADMIN_KEY)'),
];

export const withConnection = (command: Command, jsonMeans = 'print JSON'): Command =>
  CONNECTION_FLAGS.reduce((extended, option) => extended.addOption(option), command).option(JSON_FLAG, jsonMeans);
