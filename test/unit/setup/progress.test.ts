import type { LoggedRequest } from '../../../services/admin/web/setup/deed.js';
import { checksOf, finishedSteps, nextStep, type Progress } from '../../../services/admin/web/setup/progress.js';
import { FIELDS, sourceOf, withSource } from '../../../services/admin/web/setup/mapped.js';
import { attributeErrors } from '../../../shared/directory/mapping.js';
import { USER } from '../../../shared/scim/schemas/index.js';

const NOTHING: Progress = {
  firstRequestAt: null,
  tokenAcceptedAt: null,
  firstUserAt: null,
  firstGroupAt: null,
  completedAt: null,
};
const at = '2030-01-01T00:00:00Z';

test.each([
  ['choose', null, NOTHING],
  ['connect', 'okta', NOTHING],
  ['connect', 'okta', { ...NOTHING, firstRequestAt: at }],
  ['test', 'okta', { ...NOTHING, tokenAcceptedAt: at }],
  ['map', 'okta', { ...NOTHING, tokenAcceptedAt: at, firstUserAt: at }],
  ['done', 'okta', { ...NOTHING, tokenAcceptedAt: at, firstUserAt: at, completedAt: at }],
])('somebody who comes back goes on at %s', (step, provider, progress) => {
  expect(nextStep(provider, progress)).toBe(step);
});

test('nothing is done at first', () => {
  expect(Object.values(finishedSteps(null, NOTHING))).toEqual([false, false, false, false, false]);
});

const request = (seen: Partial<LoggedRequest>): LoggedRequest => ({
  ...{ id: '1', at, method: 'PATCH', path: '/Users/1', status: 200, scimType: null, detail: null, attributes: [] },
  ...seen,
});
const states = (progress: Progress, requests: readonly LoggedRequest[]) =>
  Object.fromEntries(checksOf(progress, requests).map(({ name, state }) => [name, state]));

test('what is looked for is waited for, done or refused', () => {
  expect(states(NOTHING, [])).toEqual({
    reached: 'waiting',
    admitted: 'waiting',
    user: 'waiting',
    changed: 'waiting',
    group: 'waiting',
  });
  const wrong = request({ status: 401, detail: 'The bearer token is incomplete or mistyped' });
  expect(states({ ...NOTHING, firstRequestAt: at }, [wrong])).toMatchObject({ reached: 'done', admitted: 'failing' });
  const come = { ...NOTHING, firstRequestAt: at, tokenAcceptedAt: at, firstUserAt: at };
  expect(states(come, [request({})])).toMatchObject({ admitted: 'done', user: 'done', changed: 'done' });
  const noGroup = request({ method: 'POST', path: '/Groups', status: 400, scimType: 'invalidValue' });
  expect(states(come, [noGroup])).toMatchObject({ user: 'done', changed: 'waiting', group: 'failing' });
});

test('every source that is offered can be saved, is read back, and taken back', () => {
  const before = { attributes: [{ to: 'custom.shoe', from: 'nickName' }], roles: [] };
  for (const { to, sources } of FIELDS) {
    for (const source of sources) {
      const mapping = withSource(before, to, source);
      expect(attributeErrors(mapping.attributes, USER)).toEqual([]);
      expect(sourceOf(mapping, to)?.name).toBe(source);
      expect(withSource(mapping, to, undefined)).toEqual(before);
    }
  }
});

test('a source that somebody else has chosen is shown by its path', () => {
  expect(sourceOf({ attributes: [{ to: 'title', from: 'nickName' }], roles: [] }, 'email')).toBeUndefined();
  expect(sourceOf({ attributes: [{ to: 'title', from: 'locale' }], roles: [] }, 'title')).toEqual({ path: 'locale' });
});
