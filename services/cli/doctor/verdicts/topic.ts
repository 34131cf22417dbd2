import type { TopicFound } from '../../../../shared/event-log/inspection.js';
import { counted, fail, findingsOr, ok, span, warn, type Finding } from '../finding.js';
import { LATE_MS, STUCK_MS } from './lag.js';

/** The ages by which `TopicFound.unread` has to be counted. */
export const UNREAD_AGES = [LATE_MS, STUCK_MS] as const;

/** The topic against what the roles expect of it. */
export function judgeTopic(topic: string, found: TopicFound, partitions: number): readonly Finding[] {
  const what = 'topic';
  if (found.partitions === 0) {
    return [
      fail(what, `${topic}: there is none`, `run rollcall migrate, which makes it with ${partitions} partitions`),
    ];
  }
  const { messageBytes, messageBytesNeeded } = found;
  const problems: Finding[] = [];
  if (found.partitions !== partitions) {
    const action =
      found.partitions < partitions
        ? `set that to ${found.partitions} in every role, or add partitions to the topic until it has ${partitions}`
        : `set that to ${found.partitions} in every role, or name another topic in ROLLCALL_KAFKA_TOPIC and run rollcall migrate`;
    problems.push(
      fail(
        what,
        `${topic}: it has ${found.partitions} partitions, but ROLLCALL_LOG_PARTITIONS is ${partitions}`,
        action,
      ),
    );
  }
  if (messageBytes < messageBytesNeeded) {
    problems.push(
      warn(
        what,
        `${topic}: max.message.bytes is ${messageBytes}, so that an event larger than that would stop its partition`,
        `set the topic's max.message.bytes to ${messageBytesNeeded}, as rollcall migrate does for a new one`,
      ),
    );
  }
  const size = Number.isNaN(messageBytes) ? 'max.message.bytes unknown' : `max.message.bytes ${messageBytes}`;
  return findingsOr(ok(what, `${topic}: ${counted(found.partitions, 'partition')}, ${size}`), problems);
}

/** How far the dispatchers have read the topic, and whether there is one. */
export function judgeReading({ members, unread }: TopicFound): readonly Finding[] {
  const what = 'dispatcher lag';
  const total = unread.reduce((sum, { records }) => sum + records, 0);
  const problems = unread.flatMap(({ partition, records, olderThan: [late = 0, stuck = 0] }) => {
    if (late === 0) return [];
    const [judge, age, old] = stuck > 0 ? ([fail, STUCK_MS, stuck] as const) : ([warn, LATE_MS, late] as const);
    const finding = `partition ${partition}: ${counted(records, 'record')} unread, ${old} of them for more than ${span(age)}`;
    return [judge(what, finding, 'see that dispatchers run, and what they log about the event log')];
  });
  if (members === 0) {
    problems.push(
      (total > 0 ? fail : warn)(
        what,
        `no dispatcher reads the topic; ${counted(total, 'record')} unread`,
        'start one: rollcall dispatcher',
      ),
    );
  }
  const well = `${counted(total, 'record')} unread, ${counted(members, 'dispatcher')} reading`;
  return findingsOr(ok(what, well), problems);
}
