import { duration } from '../../ui/duration.js';
import type { Tone } from '../../ui/status.js';

/** Changes are to be with healthy endpoints within a minute. */
const [LATE_S, SLOW_S] = [60, 10];

/** How far the relay is behind the newest commit. */
export function lagOf(oldestSeconds: number | null): { value: string; note: string; tone: Tone | undefined } {
  if (oldestSeconds === null) return { value: 'none', note: 'all is published', tone: undefined };
  const value = duration(oldestSeconds * 1000);
  if (oldestSeconds >= LATE_S) return { value, note: 'the relay is stuck, or too slow', tone: 'bad' };
  return { value, note: 'the oldest commit waits', tone: oldestSeconds >= SLOW_S ? 'warn' : undefined };
}

const UNITS = ['bytes', 'KB', 'MB', 'GB', 'TB'];

/** "12.4 MB". */
export function bytes(size: number | null): string {
  if (size === null) return '—';
  const power = Math.min(UNITS.length - 1, Math.floor(Math.log10(Math.max(1, size)) / 3));
  return `${(size / 1000 ** power).toLocaleString('en', { maximumFractionDigits: 1 })} ${UNITS[power] ?? ''}`;
}

/** `eventsDays: 30` as "Events kept", "30 days". */
export const retentionOf = (retention: Readonly<Record<string, unknown>>): (readonly [string, string])[] =>
  Object.entries(retention).map(([name, value]) => {
    const [, what = name, unit = ''] = /^(.*?)(Days|Hours|Seconds|Ms)?$/.exec(name) ?? [];
    const words = what.replaceAll(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
    return [`${words.charAt(0).toUpperCase()}${words.slice(1)} kept`, `${String(value)} ${unit.toLowerCase()}`.trim()];
  });
