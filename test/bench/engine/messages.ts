import SCIMMY from 'scimmy';
import { readResource } from '../../../shared/scim/input.js';
import { renderResource, type RelatedFacts } from '../../../shared/scim/messages.js';
import { project, readProjection } from '../../../shared/scim/projection.js';
import type { ResourceType } from '../../../shared/scim/schema.js';
import { GROUP, USER } from '../../../shared/scim/schemas/index.js';
import { comparison, job, unordered, type Comparison, type Difference, type Job } from './comparison.js';
import { BASE_URL, ENTERPRISE, example, KILOBYTE, user } from './users.js';

interface Input {
  readonly name: string;
  readonly type: ResourceType;
  readonly facts: RelatedFacts;
  readonly query: { readonly attributes?: string; readonly excludedAttributes?: string };
}

const one = user('kilobyte', KILOBYTE).facts;
const crowd: RelatedFacts = {
  ...one,
  id: 'crowd',
  attributes: readResource(GROUP, { displayName: 'Crowd' }).attributes,
  members: Array.from({ length: 1_000 }, (_, number) => ({ id: `u-${number}`, type: 'User' })),
};

const LISTS: readonly Input['query'][] = [
  { attributes: 'userName' },
  { attributes: 'userName,name.familyName,emails.value,active' },
  { attributes: ENTERPRISE },
  { attributes: `${ENTERPRISE}:department` },
  { excludedAttributes: 'emails,phoneNumbers' },
  { excludedAttributes: 'name.familyName' },
];

const named = (type: ResourceType, facts: RelatedFacts, query: Input['query']): Input => ({
  name: Object.entries(query)
    .map(([name, list]) => `${name}=${list}`)
    .join(),
  type,
  facts,
  query,
});

/** Without `schemas`, which scimmy leaves out of a part of a resource. */
function shown(text: string): unknown {
  const { schemas: _schemas, ...others } = JSON.parse(text) as Record<string, unknown>;
  return unordered(others);
}

/** From what is kept to the text that is sent. */
const ours = ({ type, facts, query }: Input): Job =>
  job(() => JSON.stringify(project(type, renderResource(type, facts, BASE_URL), readProjection(type, query))), shown);

/** From what is sent when nothing is left out, since it keeps nothing itself. Its filter as its `Resource` makes one of the query. */
const scimmy = ({ type, facts, query: { attributes, excludedAttributes } }: Input): Job => {
  const whole = renderResource(type, facts, BASE_URL);
  const Schema = type === USER ? SCIMMY.Schemas.User : SCIMMY.Schemas.Group;
  const filter = () => {
    const terms =
      attributes?.split(',').map((name) => `${name} pr`) ?? excludedAttributes?.split(',').map((name) => `${name} np`);
    return terms && new SCIMMY.Types.Filter(terms.join(' and '));
  };
  return job(() => JSON.stringify(new Schema(whole, 'out', `${BASE_URL}${type.endpoint}`, filter())), shown);
};

const DIFFERENCES: readonly Difference[] = [
  {
    at: LISTS.slice(2, 4).map((query) => named(USER, one, query).name),
    of: 'scimmy',
    why: 'it throws: `schemas` is left out, and attributes of an extension are looked for in it',
  },
];

const projection = (what: string, inputs: readonly Input[]): Comparison =>
  comparison(what, inputs, { ours, theirs: { scimmy } }, { differences: DIFFERENCES });

interface Body {
  readonly name: string;
  readonly body: object;
}

const ENTERPRISE_USER = 'RFC 7643 section 8.3';
const BODIES: readonly Body[] = [
  { name: '1 KB', body: KILOBYTE },
  { name: 'RFC 7643 section 8.2', body: example('rfc7643-8.2-full-user').representation },
  { name: ENTERPRISE_USER, body: example('rfc7643-8.3-enterprise-user').representation },
];

const readByScimmy = ({ body }: Body): Job =>
  job(
    () => new SCIMMY.Schemas.User(body, 'in'),
    (read) => {
      const sent = JSON.parse(JSON.stringify(read)) as Record<string, unknown>;
      const { schemas: _schemas, meta: _meta, password: _password, ...attributes } = sent;
      return unordered(attributes);
    },
  );

/** The body of a create, checked and in canonical form. */
const read = comparison(
  'create: read and check the body',
  BODIES,
  {
    ours: ({ body }) => job(() => readResource(USER, body).attributes, unordered),
    theirs: { scimmy: readByScimmy },
  },
  {
    differences: [
      { at: [ENTERPRISE_USER], of: 'scimmy', why: "the manager's displayName, which is readOnly, is taken" },
    ],
  },
);

export const MESSAGES = [
  projection('projection: a user of 1 KB as a whole', [named(USER, one, {})]),
  projection(
    'projection: parts of it',
    LISTS.map((query) => named(USER, one, query)),
  ),
  projection('projection: a group with its 1,000 members', [named(GROUP, crowd, {})]),
  read,
];
