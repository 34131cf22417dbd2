import type { Dialect } from '../../../services/simulator/dialects/dialect.js';
import { entraDialect } from '../../../services/simulator/dialects/entra.js';
import { oktaDialect } from '../../../services/simulator/dialects/okta.js';
import { openSession, type Conversation } from '../../../services/simulator/session.js';
import type { Profile } from '../../../services/simulator/story.js';
import { openWire, type Wire } from '../../../services/simulator/wire.js';
import { startServiceProvider, type ServiceProvider } from './service-provider.js';

/** What the providers are documented to send, request by request: handbook 2, "What identity providers really send". */

const USER = 'urn:ietf:params:scim:schemas:core:2.0:User';
const GROUP = 'urn:ietf:params:scim:schemas:core:2.0:Group';
const ENTERPRISE = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User';
const PATCH_OP = 'urn:ietf:params:scim:api:messages:2.0:PatchOp';

const ada: Profile = {
  userName: 'ada.marsh@acme.example',
  given: 'Ada',
  family: 'Marsh',
  title: 'Engineer',
  department: 'Engineering',
  employeeNumber: 'E1001',
  manager: null,
};

let provider: ServiceProvider;
let wire: Wire;
let conversation: Conversation;

beforeEach(async () => {
  provider = await startServiceProvider();
});
afterEach(async () => {
  await wire.close();
  await provider.close();
});

function speak(dialect: Dialect): void {
  wire = openWire(provider.baseUrl, { ...dialect.headers, authorization: 'Bearer secret' }, 1);
  const pause = (): Promise<void> => Promise.resolve();
  conversation = openSession(wire, { tries: 1, pause, onExchange: () => undefined }).during('a step');
}

/** What is sent meanwhile: method, decoded path, body. */
async function sent(work: () => Promise<unknown>): Promise<unknown[][]> {
  const before = provider.requests.length;
  await work();
  return provider.requests.slice(before).map(({ method, path, body }) => {
    const line = `${method} ${decodeURIComponent(path)}`;
    return Object.keys(body).length === 0 ? [line] : [line, body];
  });
}

const patch = (path: string, ...Operations: object[]) => [`PATCH ${path}`, { schemas: [PATCH_OP], Operations }];

describe('Okta', () => {
  const okta = oktaDialect(1);
  const state = okta.userState('person-1', ada, true, null);
  beforeEach(() => speak(okta));

  test('says who it is', async () => {
    await okta.connect(conversation);
    expect(provider.requests[0]?.headers).toMatchObject({
      'user-agent': 'Okta SCIM Client 1.0.0',
      authorization: 'Bearer secret',
      accept: 'application/scim+json',
      'content-type': 'application/scim+json; charset=utf-8',
    });
  });

  test('connects by two lists whose paging numbers are integers', async () => {
    expect(await sent(() => okta.connect(conversation))).toEqual([
      ['GET /Users?startIndex=1&count=2'],
      ['GET /Groups?startIndex=1&count=100'],
    ]);
  });

  test('matches by userName, then creates with groups, password and externalId', async () => {
    expect(state.externalId).toMatch(/^00u[0-9a-f]{17}$/);
    expect(await sent(() => okta.createUser(conversation, state))).toEqual([
      ['GET /Users?filter=userName eq "ada.marsh@acme.example"&startIndex=1&count=100'],
      [
        'POST /Users',
        {
          schemas: [USER, ENTERPRISE],
          userName: 'ada.marsh@acme.example',
          name: { givenName: 'Ada', familyName: 'Marsh' },
          emails: [{ primary: true, value: 'ada.marsh@acme.example', type: 'work' }],
          displayName: 'Ada Marsh',
          title: 'Engineer',
          externalId: state.externalId,
          active: true,
          locale: 'en-US',
          groups: [],
          password: expect.stringMatching(/^P-/),
          [ENTERPRISE]: { employeeNumber: 'E1001', department: 'Engineering' },
        },
      ],
    ]);
  });

  test('updates a profile by PUT of an echoed GET, with id, meta, groups and what it does not know of', async () => {
    const id = await okta.createUser(conversation, state);
    const manager = await okta.createUser(
      conversation,
      okta.userState('person-2', { ...ada, userName: 'b@acme.example' }, true, null),
    );
    const changed = { ...state, family: 'Berg', title: 'Lead', managerId: manager };
    const [get, put] = await sent(() => okta.updateUser(conversation, id, changed));
    expect(get).toEqual([`GET /Users/${id}`]);
    expect(put).toEqual([
      `PUT /Users/${id}`,
      expect.objectContaining({
        id,
        meta: { resourceType: 'User' },
        groups: [],
        locale: 'en-US',
        schemas: [USER, ENTERPRISE],
        name: { givenName: 'Ada', familyName: 'Berg' },
        title: 'Lead',
        [ENTERPRISE]: { employeeNumber: 'E1001', department: 'Engineering', manager: { value: manager } },
      }),
    ]);
    expect(put?.[1]).not.toHaveProperty('password');
  });

  test('deactivates and activates by a PATCH without a path, and never deletes', async () => {
    const id = await okta.createUser(conversation, state);
    expect(await sent(() => okta.setActive(conversation, id, { ...state, active: false }))).toEqual([
      patch(`/Users/${id}`, { op: 'replace', value: { active: false } }),
    ]);
    expect(await sent(() => okta.setActive(conversation, id, state))).toEqual([
      patch(`/Users/${id}`, { op: 'replace', value: { active: true } }),
    ]);
    expect(okta).not.toHaveProperty('deleteUser');
  });

  test('pushes groups: empty members on POST, id and displayName on rename, leavers and joiners in one PATCH', async () => {
    const group = okta.groupState('group-1', 'Platform');
    const created = await sent(() => okta.createGroup(conversation, group));
    expect(created).toEqual([
      ['GET /Groups?filter=displayName eq "Platform"&startIndex=1&count=100'],
      ['POST /Groups', { schemas: [GROUP], displayName: 'Platform', members: [] }],
    ]);
    const id = 'group-1';
    expect(await sent(() => okta.renameGroup(conversation, id, { ...group, displayName: 'Core' }))).toEqual([
      patch(`/Groups/${id}`, { op: 'replace', value: { id, displayName: 'Core' } }),
    ]);
    const member = (name: string) => ({ id: name, userName: `${name}@acme.example` });
    const move = () => okta.moveMembers(conversation, id, [member('u1'), member('u2')], [member('u3'), member('u4')]);
    expect(await sent(move)).toEqual([
      patch(
        `/Groups/${id}`,
        { op: 'remove', path: 'members[value eq "u3"]' },
        { op: 'remove', path: 'members[value eq "u4"]' },
        {
          op: 'add',
          path: 'members',
          value: [
            { value: 'u1', display: 'u1@acme.example' },
            { value: 'u2', display: 'u2@acme.example' },
          ],
        },
      ),
    ]);
    expect(await sent(() => okta.deleteGroup(conversation, id))).toEqual([[`DELETE /Groups/${id}`]]);
  });

  test('links a group that is there already by pushing its members as a whole', async () => {
    const group = okta.groupState('group-1', 'Platform');
    await okta.createGroup(conversation, group);
    expect((await sent(() => okta.createGroup(conversation, group)))[1]).toEqual(
      patch('/Groups/group-1', { op: 'replace', path: 'members', value: [] }),
    );
  });
});

describe('Entra ID', () => {
  const entra = entraDialect(1, false);
  const state = entra.userState('person-1', ada, true, null);
  beforeEach(() => speak(entra));

  test('sends no User-Agent, and tests the connection with a user who cannot exist', async () => {
    const [test] = await sent(() => entra.connect(conversation));
    expect(test).toEqual([
      expect.stringMatching(/^GET \/Users\?filter=userName eq "[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}"$/),
    ]);
    expect(provider.requests[0]?.headers).not.toHaveProperty('user-agent');
  });

  test('creates with roles and meta, and adds the manager as a bare id once both are there', async () => {
    const manager = await entra.createUser(
      conversation,
      entra.userState('person-2', { ...ada, userName: 'b@acme.example' }, true, null),
    );
    const requests = await sent(() => entra.createUser(conversation, { ...state, managerId: manager }));
    expect(requests).toEqual([
      ['GET /Users?filter=userName eq "ada.marsh@acme.example"'],
      [
        'POST /Users',
        {
          schemas: [USER, ENTERPRISE],
          externalId: state.externalId,
          userName: 'ada.marsh@acme.example',
          active: true,
          displayName: 'Ada Marsh',
          emails: [{ primary: true, type: 'work', value: 'ada.marsh@acme.example' }],
          meta: { resourceType: 'User' },
          name: { formatted: 'Ada Marsh', familyName: 'Marsh', givenName: 'Ada' },
          title: 'Engineer',
          roles: [],
          [ENTERPRISE]: { employeeNumber: 'E1001', department: 'Engineering' },
        },
      ],
      patch('/Users/user-2', { op: 'Add', path: `${ENTERPRISE}:manager`, value: manager }),
    ]);
  });

  test('updates by capitalised operations, one per attribute', async () => {
    const id = await entra.createUser(conversation, state);
    const married = entra.userState(
      'person-1',
      { ...ada, family: 'Berg', userName: 'ada.berg@acme.example', department: 'Legal' },
      true,
      null,
    );
    expect(await sent(() => entra.updateUser(conversation, id, married))).toEqual([
      [`GET /Users/${id}`],
      patch(
        `/Users/${id}`,
        { op: 'Replace', path: 'userName', value: 'ada.berg@acme.example' },
        { op: 'Replace', path: 'emails[type eq "work"].value', value: 'ada.berg@acme.example' },
        { op: 'Replace', path: 'name.familyName', value: 'Berg' },
        { op: 'Replace', path: 'name.formatted', value: 'Ada Berg' },
        { op: 'Replace', path: 'displayName', value: 'Ada Berg' },
        { op: 'Replace', path: `${ENTERPRISE}:department`, value: 'Legal' },
      ),
    ]);
  });

  test('removes a manager who has left', async () => {
    const id = await entra.createUser(conversation, { ...state, managerId: 'someone' });
    expect((await sent(() => entra.updateUser(conversation, id, state)))[1]).toEqual(
      patch(`/Users/${id}`, { op: 'Remove', path: `${ENTERPRISE}:manager` }),
    );
  });

  test('deactivates with the string "False", activates with "True", then deletes', async () => {
    const id = await entra.createUser(conversation, state);
    const setting = async (active: boolean) =>
      (await sent(() => entra.setActive(conversation, id, { ...state, active })))[1];
    expect(await setting(false)).toEqual(patch(`/Users/${id}`, { op: 'Replace', path: 'active', value: 'False' }));
    expect(await setting(true)).toEqual(patch(`/Users/${id}`, { op: 'Replace', path: 'active', value: 'True' }));
    expect(await sent(async () => entra.deleteUser?.(conversation, id))).toEqual([[`DELETE /Users/${id}`]]);
  });

  test('groups: an unknown schema on POST, members left out of every read, members removed by an array of values', async () => {
    const group = entra.groupState('group-1', 'Platform');
    expect(await sent(() => entra.createGroup(conversation, group))).toEqual([
      ['GET /Groups?excludedAttributes=members&filter=displayName eq "Platform"'],
      [
        'POST /Groups',
        {
          schemas: [GROUP, 'http://schemas.microsoft.com/2006/11/ResourceManagement/ADSCIM/2.0/Group'],
          externalId: group.externalId,
          displayName: 'Platform',
          meta: { resourceType: 'Group' },
        },
      ],
    ]);
    const look = ['GET /Groups/group-1?excludedAttributes=members'];
    expect(await sent(() => entra.renameGroup(conversation, 'group-1', { ...group, displayName: 'Core' }))).toEqual([
      look,
      patch('/Groups/group-1', { op: 'Replace', path: 'displayName', value: 'Core' }),
    ]);
    const member = (id: string) => ({ id, userName: id });
    const move = () => entra.moveMembers(conversation, 'group-1', [member('u1')], [member('u2'), member('u3')]);
    expect(await sent(move)).toEqual([
      look,
      patch('/Groups/group-1', { op: 'Add', path: 'members', value: [{ $ref: null, value: 'u1' }] }),
      patch('/Groups/group-1', {
        op: 'Remove',
        path: 'members',
        value: [
          { $ref: null, value: 'u2' },
          { $ref: null, value: 'u3' },
        ],
      }),
    ]);
    expect(await sent(() => entra.deleteGroup(conversation, 'group-1'))).toEqual([['DELETE /Groups/group-1']]);
  });
});

describe('Entra ID with aadOptscim062020', () => {
  const entra = entraDialect(1, true);
  const state = entra.userState('person-1', ada, true, null);
  beforeEach(() => speak(entra));

  test('the flag hangs on every URL', async () => {
    await entra.connect(conversation);
    const id = await entra.createUser(conversation, state);
    await entra.setActive(conversation, id, { ...state, active: false });
    await entra.deleteUser?.(conversation, id);
    const group = await entra.createGroup(conversation, entra.groupState('group-1', 'Platform'));
    await entra.moveMembers(conversation, group, [{ id: 'u1', userName: 'u1' }], []);
    await entra.deleteGroup(conversation, group);
    expect(provider.requests.filter(({ path }) => !/\?aadOptscim062020(&|$)/.test(path))).toEqual([]);
    expect(provider.requests.length).toBeGreaterThan(10);
  });

  test('several attributes come as one merged object with dotted and URN keys; a filtered path stays an operation of its own', async () => {
    const id = await entra.createUser(conversation, { ...state, managerId: 'u1' });
    const changed = entra.userState(
      'person-1',
      { ...ada, family: 'Berg', userName: 'ada.berg@acme.example', department: 'Legal' },
      true,
      'u2',
    );
    const [, update] = await sent(() => entra.updateUser(conversation, id, changed));
    expect(update).toEqual(
      patch(
        `/Users/${id}?aadOptscim062020`,
        { op: 'replace', path: 'emails[type eq "work"].value', value: 'ada.berg@acme.example' },
        {
          op: 'replace',
          value: {
            userName: 'ada.berg@acme.example',
            'name.familyName': 'Berg',
            'name.formatted': 'Ada Berg',
            displayName: 'Ada Berg',
            [`${ENTERPRISE}:department`]: 'Legal',
            [`${ENTERPRISE}:manager`]: 'u2',
          },
        },
      ),
    );
  });

  test('a real boolean deactivates, and members are removed by a filter each', async () => {
    const id = await entra.createUser(conversation, state);
    expect((await sent(() => entra.setActive(conversation, id, { ...state, active: false })))[1]).toEqual(
      patch(`/Users/${id}?aadOptscim062020`, { op: 'replace', path: 'active', value: false }),
    );
    const group = await entra.createGroup(conversation, entra.groupState('group-1', 'Platform'));
    const leaves = ['u1', 'u2'].map((name) => ({ id: name, userName: name }));
    expect((await sent(() => entra.moveMembers(conversation, group, [], leaves)))[1]).toEqual(
      patch(
        `/Groups/${group}?aadOptscim062020`,
        { op: 'remove', path: 'members[value eq "u1"]' },
        { op: 'remove', path: 'members[value eq "u2"]' },
      ),
    );
  });
});
