import { EVENT_TYPES, OPERATIONAL_TYPES } from '../../../shared/events/event.js';
import {
  DIRECTORY_PATTERNS,
  matchesType,
  selects,
  TYPE_PATTERNS,
  type EventSelection,
} from '../../../shared/events/selection.js';

const event = {
  type: 'group.members_added',
  body: JSON.stringify({
    type: 'group.members_added',
    timestamp: '2030-01-01T00:00:00.000Z',
    organizationId: 'acme',
    data: { group: { id: 'g' }, members: [{ id: 'm' }, { id: 'n' }] },
  }),
};
const at = Date.UTC(2030, 0, 1);

test('a pattern is a type, all types of a subject, or all types; no pattern at all takes everything', () => {
  for (const type of EVENT_TYPES.filter((one) => !OPERATIONAL_TYPES.includes(one))) {
    const [subject = ''] = type.split('.');
    for (const patterns of [TYPE_PATTERNS, DIRECTORY_PATTERNS]) {
      const matching = patterns.filter((pattern) => matchesType([pattern], type));
      expect(matching).toEqual([type, `${subject}.*`, '*']);
    }
    expect(matchesType([], type)).toBe(true);
    expect(matchesType(['directory.deleted', 'user.*'], type)).toBe(type === 'directory.deleted' || subject === 'user');
  }
});

test('an operational event has to be asked for by its type or its subject', () => {
  expect(OPERATIONAL_TYPES).toEqual(['endpoint.disabled', 'delivery.parked']);
  for (const type of OPERATIONAL_TYPES) {
    const [subject = ''] = type.split('.');
    expect(TYPE_PATTERNS.filter((pattern) => matchesType([pattern], type))).toEqual([type, `${subject}.*`]);
    expect(DIRECTORY_PATTERNS.filter((pattern) => matchesType([pattern], type))).toEqual([]);
    expect(matchesType([], type)).toBe(false);
    expect(matchesType(['user.*', '*'], type)).toBe(false);
    expect(matchesType(['*', `${subject}.*`], type)).toBe(true);
  }
});

test.each<[Partial<EventSelection>, boolean]>([
  [{}, true],
  [{ types: ['user.*'] }, false],
  [{ types: ['user.*', 'group.members_added'] }, true],
  [{ organizationId: 'acme' }, true],
  [{ organizationId: 'other' }, false],
  [{ resourceId: 'g' }, true],
  [{ resourceId: 'n' }, true],
  [{ resourceId: 'acme' }, false],
  [{ since: at }, true],
  [{ since: at + 1 }, false],
  [{ until: at + 1 }, true],
  [{ until: at }, false],
])('%j: %s', (selection, expected) => {
  expect(selects({ types: [], ...selection }, event)).toBe(expected);
});
