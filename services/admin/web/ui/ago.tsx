import { useEffect, useState } from 'react';

const STEPS: readonly (readonly [Intl.RelativeTimeFormatUnit, number])[] = [
  ['second', 60],
  ['minute', 60],
  ['hour', 24],
  ['day', 30],
  ['month', 12],
  ['year', Infinity],
];
const EVERY_MS = 15_000;

/** "3 minutes ago"; with the absolute time, in the viewer's zone, where the pointer rests. */
export function Ago({ at, language = 'en' }: { readonly at: string; readonly language?: string }) {
  const [now, setNow] = useState(Date.now);
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), EVERY_MS);
    return () => clearInterval(timer);
  }, []);
  return (
    <time dateTime={at} title={absolute(at, language)}>
      {relative(new Date(at).getTime(), now, language)}
    </time>
  );
}

export const absolute = (at: string, language = 'en'): string =>
  new Date(at).toLocaleString(language, { dateStyle: 'medium', timeStyle: 'long' });

/** Times of less than ten seconds are "now". */
function relative(at: number, now: number, language: string): string {
  const format = new Intl.RelativeTimeFormat(language, { numeric: 'auto', style: 'short' });
  let amount = (at - now) / 1000;
  if (Math.abs(amount) < 10) return format.format(0, 'second');
  for (const [unit, size] of STEPS) {
    if (Math.abs(Math.round(amount)) < size) return format.format(Math.round(amount), unit);
    amount /= size;
  }
  return '';
}
