import { startScimClient } from '../support/scim-client.js';
import {
  createTranslation,
  examplesWith,
  expectation,
  isObject,
  merged,
  type Characteristics,
  type Conversation,
  type Definition,
  type Exchange,
  type Filters,
  type Given,
  type Representation,
} from './rfc-example.js';

/** The examples of RFC 7643, 7644 and 9865 (test/fixtures/rfc), each played over HTTP in a directory of its own. */

const scim = startScimClient();

type Translation = ReturnType<typeof createTranslation>;

async function prepare(given: readonly Given[] = []): Promise<Translation> {
  const translation = createTranslation(`https://scim.example${scim.directory().base}`);
  for (const one of given) await make(one, translation);
  return translation;
}

async function make({ id, also = [], path, body, version, at, times = 1 }: Given, translation: Translation) {
  if (at !== undefined) scim.ingest().clock.now = Date.parse(at);
  const bodies = Array.from({ length: times }, (_, n) => JSON.stringify(body).replaceAll('{n}', String(n)));
  const answers = await Promise.all(
    bodies.map((text) => scim.call('post', path, translation.translate(JSON.parse(text)))),
  );
  for (const answer of answers) {
    expect([answer.status, answer.body.detail]).toEqual([201, undefined]);
    for (const theirs of [id, ...also]) if (theirs !== undefined) translation.bind(theirs, answer.body.id);
    if (version !== undefined) translation.bind(version, answer.body.meta.version);
  }
}

/** Sends a request of the RFC, and expects its response but for the difference. */
async function exchange({ request, response, difference }: Exchange, translation: Translation): Promise<void> {
  const { method, path, headers = {}, body, padding = 0 } = request;
  const verb = method.toLowerCase() as 'get' | 'post' | 'put' | 'patch' | 'delete';
  const sent = scim.call(verb, translation.text(path)).set(translation.translate(headers));
  const text = JSON.stringify(translation.translate(body));
  const answer = await (body === undefined ? sent : sent.send(text + ' '.repeat(padding)));

  const wanted = difference?.body === undefined ? response.body : merged(response.body, difference.body);
  if (difference !== undefined) {
    expectReason(difference, [
      [response.body, response.headers],
      [wanted, { ...response.headers, ...difference.headers }],
    ]);
  }
  translation.learn(wanted, answer.body);
  const seen = answer.text === '' ? undefined : answer.body;
  expect({ status: answer.status, body: seen }).toEqual({
    status: response.status,
    ...(wanted === undefined && response.status === 200
      ? { body: expect.anything() }
      : { body: expectation(translation.translate(wanted)) }),
  });
  expectHeaders(answer.headers, { ...response.headers, ...difference?.headers }, translation);
}

function expectHeaders(actual: Record<string, string>, wanted: Record<string, string>, translation: Translation) {
  for (const [name, value] of Object.entries(wanted)) {
    if (name === 'etag') translation.bind(value, String(actual[name]));
    expect([name, actual[name]?.replace('; charset=utf-8', '')]).toEqual([name, translation.text(value)]);
  }
}

test.each(examplesWith<Conversation>('exchanges'))('$example', async ({ given, exchanges, after = [] }) => {
  const translation = await prepare(given);
  for (const one of exchanges) await exchange(one, translation);
  for (const { path, body } of after) {
    const seen = (await scim.get(translation.text(path))).body;
    for (const [name, value] of Object.entries(translation.translate(body))) {
      expect([path, name, seen[name] ?? null]).toEqual([path, name, value]);
    }
  }
});

test.each(examplesWith<Representation>('representation'))(
  '$example',
  async ({ given, path, representation, joins = [], difference }) => {
    const translation = await prepare(given);
    const created = await scim.call('post', path, translation.translate(representation));
    expect([created.status, created.body.detail]).toEqual([201, undefined]);
    translation.bind(representation.id, created.body.id);
    for (const group of translation.translate(joins)) {
      await scim.patch(`/Groups/${group}`, { op: 'add', path: 'members', value: scim.members([created.body.id]) });
    }
    const home = `${path}/${created.body.id}`;
    const read = (await scim.get(home)).body;
    const wanted = difference === undefined ? representation : merged(representation, difference.body);
    if (difference !== undefined) expectReason(difference, [representation, wanted]);
    expect(read).toEqual(expectation(translation.translate(wanted)));

    const before = await scim.events();
    const echoed = await scim.call('put', home, read);
    expect([echoed.status, echoed.body]).toEqual([200, read]);
    expect(await scim.events()).toEqual(before);
  },
);

describe.each(examplesWith<Filters>('filters'))('$example', ({ given, filters }) => {
  test.each(filters)('RFC 7644 section 3.4.2.2: $filter', async ({ filter, selects }) => {
    await prepare(given);
    const { body } = await scim.find('Users', filter);
    expect(body.Resources?.map(({ userName }: { userName: string }) => userName)).toEqual(selects);
  });
});

interface Published extends Characteristics {
  readonly name: string;
  readonly subAttributes?: readonly Published[];
}

/** Attributes by their paths, without the descriptions. */
const byPath = (attributes: readonly Published[], prefix = ''): [string, Characteristics][] =>
  attributes.flatMap(({ name, description: _description, subAttributes = [], ...characteristics }) => [
    [prefix + name, characteristics],
    ...byPath(subAttributes, `${prefix}${name}.`),
  ]);

const served = examplesWith<Definition>('schema').filter(({ documents }) => documents === undefined);

test.each(served)('$example', async ({ schema, attributes, differences }) => {
  const ours = Object.fromEntries(byPath((await scim.get(`/Schemas/${schema}`)).body.attributes));
  for (const path of new Set([...Object.keys(attributes), ...Object.keys(ours)])) {
    const difference = differences[path];
    const wanted = { ...attributes[path], ...difference?.ours };
    expect([path, Object.keys(wanted).length > 0]).toEqual([path, true]);
    const read = Object.keys(wanted).map((name) => [name, ours[path]?.[name] ?? null]);
    expect([path, Object.fromEntries(read)]).toEqual([path, wanted]);
    if (difference !== undefined) expectReason(difference, [attributes[path], wanted]);
  }
});

/** A difference has a reason, and is one. */
function expectReason({ why }: { readonly why: string }, [theirs, ours]: readonly [unknown, unknown]): void {
  expect(why).toMatch(/\.$/);
  expect(ours).not.toEqual(theirs);
}

const discovered = examplesWith<Definition>('documents');

test.each(discovered)('$example', async ({ schema, attributes, differences, documents = [] }) => {
  const defined: Readonly<Record<string, Characteristics>> = {
    ...attributes,
    ...Object.fromEntries(Object.entries(differences).map(([path, { ours }]) => [path, ours])),
  };
  for (const path of documents) {
    const { body } = await scim.get(path);
    const { schemas: _schemas, meta: _meta, ...own } = body;
    expect([path, body.schemas]).toEqual([path, [schema]]);
    expectDefined(own, '', defined);
  }
});

/** Every attribute of a document is defined and of its type, and what is required is there. */
function expectDefined(document: object, prefix: string, defined: Readonly<Record<string, Characteristics>>): void {
  for (const [name, value] of Object.entries(document)) {
    const path = prefix + name;
    const { type, multiValued } = defined[path] ?? {};
    expect([path, Array.isArray(value)]).toEqual([path, multiValued]);
    for (const one of Array.isArray(value) ? value : [value]) {
      expect([path, TYPES[String(type)]]).toEqual([path, typeof one]);
      if (isObject(one)) expectDefined(one, `${path}.`, defined);
    }
  }
  for (const [path, { required }] of Object.entries(defined)) {
    const name = path.slice(prefix.length);
    if (required === true && path.startsWith(prefix) && !name.includes('.')) expect(document).toHaveProperty([name]);
  }
}

const TYPES: Readonly<Record<string, string>> = {
  string: 'string',
  reference: 'string',
  boolean: 'boolean',
  integer: 'number',
  complex: 'object',
};
