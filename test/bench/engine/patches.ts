import { scimPatch, type ScimPatchOperation, type ScimResource } from 'scim-patch';
import SCIMMY from 'scimmy';
import type { Attributes } from '../../../shared/scim/attributes.js';
import { applyPatch } from '../../../shared/scim/patch/apply.js';
import { readPatch } from '../../../shared/scim/patch/read.js';
import { USER } from '../../../shared/scim/schemas/index.js';
import { comparison, job, unordered, type Difference, type Job } from './comparison.js';
import { ENTERPRISE, example, KILOBYTE, patchOf, user, type Patch, type User } from './users.js';

interface Input {
  readonly name: string;
  readonly user: User;
  readonly patch: Patch;
}

/** The examples of RFC 7644 section 3.5.2 that change a user. */
const RFC: readonly Input[] = [
  '3.5.2.1-add-attributes',
  '3.5.2.2-remove-email',
  '3.5.2.3-replace-all-emails',
  '3.5.2.3-replace-street-address',
  '3.5.2.3-replace-work-address',
].map((name) => {
  const { given, exchanges } = example(`rfc7644-${name}`);
  const [before, exchange] = [given[0], exchanges[0]];
  if (before === undefined || exchange === undefined) throw new Error(`${name} has no user and patch`);
  return {
    name: `RFC 7644 section ${name}`,
    user: user('u-1', { active: true, ...before.body }),
    patch: exchange.request.body,
  };
});

/** What Entra ID sends, at the user of 1 KB. */
const ENTRA: readonly Input[] = [
  { name: 'Entra ID: active as text', patch: patchOf({ op: 'Replace', path: 'active', value: 'False' }) },
  {
    name: 'Entra ID: several attributes',
    patch: patchOf(
      { op: 'Replace', path: 'displayName', value: 'Ada Holm' },
      { op: 'Replace', path: 'emails[type eq "work"].value', value: 'ada.holm@bench.example' },
      { op: 'Replace', path: 'name.familyName', value: 'Holm' },
      { op: 'Replace', path: `${ENTERPRISE}:employeeNumber`, value: '1002' },
      { op: 'Add', path: 'title', value: 'Cook' },
    ),
  },
  {
    name: 'Entra ID: a number that is not there yet',
    patch: patchOf({ op: 'Add', path: 'phoneNumbers[type eq "mobile"].value', value: '+49 170 123' }),
  },
  {
    name: 'Entra ID: a manager as a bare id',
    patch: patchOf({ op: 'Add', path: `${ENTERPRISE}:manager`, value: 'u-2' }),
  },
  {
    name: 'Entra ID, aadOptscim062020: paths as keys',
    patch: patchOf({
      op: 'Replace',
      value: { 'name.givenName': 'Ava', displayName: 'Ava Marsh', [`${ENTERPRISE}:department`]: 'Kitchen' },
    }),
  },
  {
    name: 'Entra ID: a removal of a number',
    patch: patchOf({ op: 'Remove', path: 'phoneNumbers[type eq "work"]' }),
  },
].map((input) => ({ ...input, user: user('kilobyte', KILOBYTE) }));

const ours = ({ user: { facts }, patch }: Input): Job =>
  job(() => applyPatch(USER, facts.attributes, readPatch(USER, patch)).attributes, unordered);

/** What a client sets, of a whole resource. */
const own = (resource: object): unknown => {
  const {
    id: _id,
    schemas: _schemas,
    meta: _meta,
    groups: _groups,
    ...attributes
  } = JSON.parse(JSON.stringify(resource)) as Attributes;
  return unordered(attributes);
};

const operationsOf = ({ Operations }: Patch): ScimPatchOperation[] =>
  Operations.map((operation) => ({ ...operation }) as ScimPatchOperation);

/** All or nothing, as the RFC wants it: on a copy. */
const onCopy = ({ user: { sent }, patch }: Input): Job => {
  const operations = operationsOf(patch);
  const resource = structuredClone(sent) as unknown as ScimResource;
  return job(() => scimPatch(resource, operations, { mutateDocument: false, treatMissingAsAdd: true }), own);
};

/** An async function without anything to wait for. Answers undefined where nothing changes. */
const scimmy = ({ user: { sent }, patch }: Input): Job => {
  const resource = new SCIMMY.Schemas.User(structuredClone(sent));
  return job(
    () => new SCIMMY.Messages.PatchOp(patch as never).apply(resource),
    (patched: object | undefined) => own(patched ?? resource),
  );
};

/** Its default. What fails half-way leaves half of it. */
const inPlace = ({ user: { sent }, patch }: Input): Job => {
  const resource = structuredClone(sent) as unknown as ScimResource;
  return job(() => scimPatch(resource, operationsOf(patch), { mutateDocument: true, treatMissingAsAdd: true }), own);
};

const DIFFERENCES: readonly Difference[] = [
  {
    at: ['RFC 7644 section 3.5.2.1-add-attributes', 'RFC 7644 section 3.5.2.3-replace-all-emails'],
    of: 'scim-patch',
    why: "the case of an attribute's name counts",
  },
  { at: ['Entra ID: active as text'], of: 'scim-patch', why: 'the text "False" is taken as it is' },
  {
    at: ['Entra ID: a manager as a bare id'],
    of: 'scim-patch',
    why: 'the bare id takes the place of the complex value',
  },
  { at: ['RFC 7644 section 3.5.2.3-replace-all-emails'], of: 'scimmy', why: 'without a path, a replace adds' },
  {
    at: ['Entra ID: active as text', 'Entra ID: a number that is not there yet', 'Entra ID: a manager as a bare id'],
    of: 'scimmy',
    why: 'it is refused',
  },
];

/** Those that can be repeated on what they leave. */
const REPEATABLE = [...RFC, ...ENTRA].filter(({ name }) =>
  ['section 3.5.2.3-replace-street-address', 'several attributes', 'paths as keys'].some((end) => name.endsWith(end)),
);

export const PATCHES = [
  comparison(
    "PATCH: the RFC's examples",
    RFC,
    { ours, theirs: { 'scim-patch': onCopy, scimmy } },
    { differences: DIFFERENCES },
  ),
  comparison(
    "PATCH: Entra ID's, on a user of 1 KB",
    ENTRA,
    { ours, theirs: { 'scim-patch': onCopy, scimmy } },
    { differences: DIFFERENCES },
  ),
  comparison(
    'PATCH: on the user itself, not all or nothing',
    REPEATABLE,
    { ours, theirs: { 'scim-patch': inPlace } },
    { differences: DIFFERENCES },
  ),
];
