import fc from 'fast-check';
import { createStory, type Step, type StoryOptions } from '../../../services/simulator/story.js';

const options = fc.record({
  seed: fc.integer(),
  users: fc.integer({ min: 1, max: 60 }),
  groups: fc.integer({ min: 0, max: 8 }),
});

const everyStory = (rule: (steps: readonly Step[], options: StoryOptions) => void): void =>
  fc.assert(fc.property(options, (made) => rule(createStory(made), made)));

test('a seed decides the story', () => {
  everyStory((steps, made) => expect(createStory(made)).toEqual(steps));
  const differ = (seed: number): boolean =>
    JSON.stringify(createStory({ seed, users: 20, groups: 3 })) !==
    JSON.stringify(createStory({ seed: seed + 1, users: 20, groups: 3 }));
  fc.assert(fc.property(fc.integer(), differ));
});

test('as many people are hired and groups created as were asked for', () => {
  everyStory((steps, { users, groups }) => {
    expect(steps.filter(({ kind }) => kind === 'hire')).toHaveLength(users);
    expect(steps.filter(({ kind }) => kind === 'createGroup')).toHaveLength(groups);
  });
});

test('people are hired once, change while they are there, leave before they come back or are erased, and are erased for good', () => {
  everyStory((steps) => {
    const status = new Map<string, 'active' | 'left' | 'purged'>();
    const allowed = {
      hire: undefined,
      rename: 'active',
      transfer: 'active',
      leave: 'active',
      return: 'left',
      purge: 'left',
    } as const;
    const becomes = {
      hire: 'active',
      rename: 'active',
      transfer: 'active',
      leave: 'left',
      return: 'active',
      purge: 'purged',
    } as const;
    for (const step of steps) {
      if (!('person' in step)) continue;
      expect([step.text, status.get(step.person)]).toEqual([step.text, allowed[step.kind]]);
      if ('profile' in step && step.profile.manager !== null) {
        expect(status.get(step.profile.manager)).toBe('active');
        expect(step.profile.manager).not.toBe(step.person);
      }
      status.set(step.person, becomes[step.kind]);
    }
  });
});

test('groups lose only members, gain only present people who are not members, and end with their deletion', () => {
  everyStory((steps) => {
    const groups = new Map<string, Set<string>>();
    const present = new Set<string>();
    for (const step of steps) {
      switch (step.kind) {
        case 'hire':
        case 'return':
          present.add(step.person);
          break;
        case 'leave':
          present.delete(step.person);
          break;
        case 'rename':
        case 'transfer':
          break;
        case 'purge':
          groups.forEach((members) => members.delete(step.person));
          break;
        case 'createGroup':
          expect(groups.has(step.group)).toBe(false);
          groups.set(step.group, new Set());
          break;
        case 'renameGroup':
          expect(groups.has(step.group)).toBe(true);
          break;
        case 'deleteGroup':
          expect(groups.delete(step.group)).toBe(true);
          break;
        case 'moveMembers': {
          const members = groups.get(step.group) ?? new Set();
          expect(groups.has(step.group)).toBe(true);
          expect(step.joins.length + step.leaves.length).toBeGreaterThan(0);
          step.leaves.forEach((person) => expect(members.delete(person)).toBe(true));
          step.joins.forEach((person) => {
            expect(present.has(person) && !members.has(person)).toBe(true);
            members.add(person);
          });
        }
      }
    }
  });
});

test('no name is ever given twice', () => {
  everyStory((steps) => {
    const userNames = steps.flatMap((step) =>
      step.kind === 'hire' || step.kind === 'rename' ? [step.profile.userName] : [],
    );
    const groupNames = steps.flatMap((step) => ('displayName' in step ? [step.displayName] : []));
    expect(new Set(userNames).size).toBe(userNames.length);
    expect(new Set(groupNames).size).toBe(groupNames.length);
    userNames.forEach((name) => expect(name).toMatch(/^[a-z]+\.[a-z]+\d*@acme\.example$/));
  });
});

test('everything that can happen happens', () => {
  const kinds = new Set(createStory({ seed: 1, users: 200, groups: 10 }).map(({ kind }) => kind));
  expect([...kinds].sort()).toEqual(
    [
      'createGroup',
      'deleteGroup',
      'hire',
      'leave',
      'moveMembers',
      'purge',
      'rename',
      'renameGroup',
      'return',
      'transfer',
    ].sort(),
  );
});
