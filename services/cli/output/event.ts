import * as z from 'zod';
import type { Paint } from '../paint.js';
import { subjectOf } from './subject.js';

/** Of a later version, an event may look otherwise: that is no reason not to forward it. */
const event = z.object({
  id: z.string(),
  type: z.string(),
  timestamp: z.string().catch(''),
  directoryId: z.string().nullable().catch(null),
  seq: z.number().nullable().catch(null),
  data: z.record(z.string(), z.unknown()).catch({}),
});

/** As much of an event as a line tells. */
export type SeenEvent = z.output<typeof event>;

export const readEvent = (body: string): SeenEvent => event.parse(JSON.parse(body));

const WIDTHS = { type: 21, subject: 36 };

/** `09:30:00  user.updated           ann@acme.example   #42`: UTC, as all times. */
export function renderEvent(seen: SeenEvent, paint: Paint): string {
  const time = seen.timestamp.slice(11, 19);
  return `${paint.faint(time)}  ${paint.strong(seen.type.padEnd(WIDTHS.type))}  ${subjectOf(seen).padEnd(WIDTHS.subject)}  ${paint.faint(`#${seen.seq}`)}`;
}
