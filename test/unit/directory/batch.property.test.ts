import fc from 'fast-check';
import { history } from './histories.js';
import { memoryDirectory } from './memory.js';

test('however commands fall into batches, state, events and answers are the same', () => {
  fc.assert(
    fc.property(history, fc.infiniteStream(fc.integer({ min: 1, max: 8 })), (commands, sizes) => {
      const one = memoryDirectory();
      const many = memoryDirectory();
      const singly = commands.flatMap((command) => one.write([command]));
      const batched = [];
      for (let rest = commands; rest.length > 0;) {
        const size = sizes.next().value ?? 1;
        batched.push(...many.write(rest.slice(0, size)));
        rest = rest.slice(size);
      }
      expect(batched.map(({ ok }) => ok)).toEqual(singly.map(({ ok }) => ok));
      expect([...many.resources.values()]).toEqual(expect.arrayContaining([...one.resources.values()]));
      expect(many.resources.size).toBe(one.resources.size);
      expect([...many.memberships.keys()].sort()).toEqual([...one.memberships.keys()].sort());
      const plain = (memory: typeof one) => memory.events().map(({ id: _id, ...event }) => event);
      expect(plain(many)).toEqual(plain(one));
      expect(nonZero(many.head.counts)).toEqual(nonZero(one.head.counts));
    }),
    { numRuns: 500 },
  );
});

test('numbers and seq are gapless, and counts agree with the rows', () => {
  fc.assert(
    fc.property(history, (commands) => {
      const memory = memoryDirectory();
      for (let at = 0; at < commands.length; at += 5) memory.write(commands.slice(at, at + 5));
      expect(memory.commits.map(({ number }) => number)).toEqual(memory.commits.map((_, index) => index + 1));
      expect(memory.events().map(({ seq }) => seq)).toEqual(memory.events().map((_, index) => index + 1));
      const rows = [...memory.resources.values()];
      expect(memory.head.counts['User'] ?? 0).toBe(rows.filter(({ type }) => type === 'User').length);
      expect(memory.head.counts['Group'] ?? 0).toBe(rows.filter(({ type }) => type === 'Group').length);
    }),
  );
});

test('the events alone rebuild the state', () => {
  fc.assert(
    fc.property(history, (commands) => {
      const memory = memoryDirectory();
      for (let at = 0; at < commands.length; at += 3) memory.write(commands.slice(at, at + 3));
      const mirror = new Map<string, number>();
      const members = new Set<string>();
      for (const event of memory.events()) {
        if (event.type === 'group.members_added') {
          event.data.members.forEach((member) => members.add(`${event.data.group.id} ${member.id}`));
          mirror.set(event.data.group.id, event.data.group.version);
        } else if (event.type === 'group.members_removed') {
          event.data.members.forEach((member) => members.delete(`${event.data.group.id} ${member.id}`));
          mirror.set(event.data.group.id, event.data.group.version);
        } else if (event.type === 'user.deleted' || event.type === 'group.deleted') {
          mirror.delete(event.data.id);
          for (const pair of members) if (pair.split(' ').includes(event.data.id)) members.delete(pair);
        } else if ('version' in event.data) {
          mirror.set(event.data.id, event.data.version);
        }
      }
      expect(mirror).toEqual(new Map([...memory.resources.values()].map(({ id: one, version }) => [one, version])));
      expect([...members].sort()).toEqual([...memory.memberships.keys()].sort());
    }),
  );
});

const nonZero = (counts: Readonly<Record<string, number>>): Record<string, number> =>
  Object.fromEntries(Object.entries(counts).filter(([, count]) => count !== 0));
