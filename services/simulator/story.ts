import { DEPARTMENTS, FAMILY_NAMES, GIVEN_NAMES, GROUP_NAMES, TITLES } from './names.js';
import { createRandom, type Random } from './random.js';

/** What the organization knows of a person. */
export interface Profile {
  readonly userName: string;
  readonly given: string;
  readonly family: string;
  readonly title: string;
  readonly department: string;
  readonly employeeNumber: string;
  /** Key of the manager; null for a person who has none. */
  readonly manager: string | null;
}

/**
 * One thing that happens in an organization. People and groups go by keys of the story (`person-1`, `group-1`); `text` says
 * it in words. `rename` and `transfer` carry the whole profile as it is afterwards.
 *
 * A person:  hire ──▶ rename, transfer … ──▶ leave ──▶ return ──▶ …
 *                                              └─────▶ purge (never mentioned again)
 */
export type Step = { readonly text: string } & (
  | { readonly kind: 'hire' | 'rename' | 'transfer'; readonly person: string; readonly profile: Profile }
  | { readonly kind: 'leave' | 'return' | 'purge'; readonly person: string }
  | { readonly kind: 'createGroup' | 'renameGroup'; readonly group: string; readonly displayName: string }
  | {
      readonly kind: 'moveMembers';
      readonly group: string;
      readonly joins: readonly string[];
      readonly leaves: readonly string[];
    }
  | { readonly kind: 'deleteGroup'; readonly group: string }
);

export interface StoryOptions {
  readonly seed: number;
  /** How many people are hired. As many further changes happen to them. */
  readonly users: number;
  readonly groups: number;
}

interface Person {
  readonly key: string;
  profile: Profile;
  status: 'active' | 'left' | 'purged';
}

interface Group {
  readonly key: string;
  displayName: string;
  readonly members: Set<string>;
}

interface Organization {
  readonly people: Map<string, Person>;
  readonly groups: Map<string, Group>;
  /** Names are never given twice, not even after their bearer is gone: by name a resource is found again when an answer is lost. */
  readonly takenNames: Set<string>;
  founded: number;
}

/** Most people who join a group, and who leave one, in one step. */
const JOINS_MAX = 5;
const LEAVES_MAX = 2;

/** The life of an organization, decided by the seed alone. */
export function createStory({ seed, users, groups }: StoryOptions): Step[] {
  const random = createRandom(seed);
  const organization: Organization = { people: new Map(), groups: new Map(), takenNames: new Set(), founded: 0 };
  const steps: Step[] = [];
  let changes = 0;
  while (organization.people.size < users || organization.founded < groups || changes < users) {
    const isGrowing = organization.people.size < users;
    if (organization.people.size === 0 && isGrowing) steps.push(hire(organization, random));
    else if (organization.founded < groups && random.chance(0.2)) steps.push(createGroup(organization, random));
    else if (isGrowing && random.chance(0.5)) steps.push(hire(organization, random));
    else if (changes < users) {
      const happened = change(organization, random);
      changes += 1;
      steps.push(...happened);
    }
  }
  return steps;
}

type Happening = (organization: Organization, random: Random) => Step[];

/** By how often it is in the list. One that has nobody to happen to makes no step. */
const CHANGES: readonly Happening[] = [
  ...Array.from({ length: 10 }, () => moveMembers),
  ...Array.from({ length: 6 }, () => transfer),
  ...Array.from({ length: 3 }, () => rename),
  ...Array.from({ length: 4 }, () => leave),
  ...[comeBack, comeBack, purge, purge, renameGroup, renameGroup],
  deleteGroup,
];

function change(organization: Organization, random: Random): Step[] {
  return random.pick(CHANGES)?.(organization, random) ?? [];
}

function hire(organization: Organization, random: Random): Step {
  const key = `person-${organization.people.size + 1}`;
  const given = random.pick(GIVEN_NAMES) ?? '';
  const family = random.pick(FAMILY_NAMES) ?? '';
  const profile: Profile = {
    userName: newUserName(organization, given, family),
    given,
    family,
    title: random.pick(TITLES) ?? '',
    department: random.pick(DEPARTMENTS) ?? '',
    employeeNumber: `E${1001 + organization.people.size}`,
    manager: random.chance(0.5) ? (random.pick(withStatus(organization, 'active'))?.key ?? null) : null,
  };
  organization.people.set(key, { key, profile, status: 'active' });
  return { kind: 'hire', person: key, profile, text: `${nameOf(profile)} is hired` };
}

function rename(organization: Organization, random: Random): Step[] {
  const person = random.pick(withStatus(organization, 'active'));
  if (person === undefined) return [];
  const before = nameOf(person.profile);
  const family = random.pick(FAMILY_NAMES.filter((name) => name !== person.profile.family)) ?? '';
  const userName = newUserName(organization, person.profile.given, family);
  person.profile = { ...person.profile, family, userName, manager: presentManager(organization, person) };
  return [{ kind: 'rename', person: person.key, profile: person.profile, text: `${before} is now ${family}` }];
}

function transfer(organization: Organization, random: Random): Step[] {
  const person = random.pick(withStatus(organization, 'active'));
  if (person === undefined) return [];
  const department = random.pick(DEPARTMENTS.filter((name) => name !== person.profile.department)) ?? '';
  const title = random.pick(TITLES) ?? '';
  const others = withStatus(organization, 'active').filter(({ key }) => key !== person.key);
  const manager = random.chance(0.5) ? random.pick(others)?.key : undefined;
  person.profile = { ...person.profile, department, title, manager: manager ?? presentManager(organization, person) };
  return [
    {
      kind: 'transfer',
      person: person.key,
      profile: person.profile,
      text: `${nameOf(person.profile)} moves to ${department}`,
    },
  ];
}

/** Half of those who leave are taken out of their groups first; the others stay members, inactive. */
function leave(organization: Organization, random: Random): Step[] {
  const person = random.pick(withStatus(organization, 'active'));
  if (person === undefined) return [];
  const name = nameOf(person.profile);
  const farewells = random.chance(0.5) ? groupsOf(organization, person.key) : [];
  const steps = farewells.map((group): Step => {
    group.members.delete(person.key);
    const text = `${name} leaves ${group.displayName}`;
    return { kind: 'moveMembers', group: group.key, joins: [], leaves: [person.key], text };
  });
  person.status = 'left';
  return [...steps, { kind: 'leave', person: person.key, text: `${name} leaves` }];
}

function comeBack(organization: Organization, random: Random): Step[] {
  const person = random.pick(withStatus(organization, 'left'));
  if (person === undefined) return [];
  person.status = 'active';
  return [{ kind: 'return', person: person.key, text: `${nameOf(person.profile)} comes back` }];
}

function purge(organization: Organization, random: Random): Step[] {
  const person = random.pick(withStatus(organization, 'left'));
  if (person === undefined) return [];
  person.status = 'purged';
  groupsOf(organization, person.key).forEach(({ members }) => members.delete(person.key));
  return [{ kind: 'purge', person: person.key, text: `${nameOf(person.profile)} is erased` }];
}

function createGroup(organization: Organization, random: Random): Step {
  organization.founded += 1;
  const key = `group-${organization.founded}`;
  const displayName = newGroupName(organization, random);
  organization.groups.set(key, { key, displayName, members: new Set() });
  return { kind: 'createGroup', group: key, displayName, text: `Group ${displayName} is created` };
}

function renameGroup(organization: Organization, random: Random): Step[] {
  const group = random.pick([...organization.groups.values()]);
  if (group === undefined) return [];
  const before = group.displayName;
  group.displayName = newGroupName(organization, random);
  const text = `Group ${before} is now ${group.displayName}`;
  return [{ kind: 'renameGroup', group: group.key, displayName: group.displayName, text }];
}

/** The last group stays. */
function deleteGroup(organization: Organization, random: Random): Step[] {
  const group = random.pick([...organization.groups.values()]);
  if (group === undefined || organization.groups.size === 1) return [];
  organization.groups.delete(group.key);
  return [{ kind: 'deleteGroup', group: group.key, text: `Group ${group.displayName} is deleted` }];
}

function moveMembers(organization: Organization, random: Random): Step[] {
  const group = random.pick([...organization.groups.values()]);
  if (group === undefined) return [];
  const strangers = withStatus(organization, 'active').filter(({ key }) => !group.members.has(key));
  const joins = random.sample(strangers, 1 + random.below(JOINS_MAX)).map(({ key }) => key);
  const leaves = random.sample([...group.members], random.below(LEAVES_MAX + 1));
  if (joins.length + leaves.length === 0) return [];
  joins.forEach((key) => group.members.add(key));
  leaves.forEach((key) => group.members.delete(key));
  const moves = [
    joins.length > 0 ? verb(joins.length, 'join') : '',
    leaves.length > 0 ? verb(leaves.length, 'leave') : '',
  ];
  const text = `${moves.filter((part) => part !== '').join(', ')} ${group.displayName}`;
  return [{ kind: 'moveMembers', group: group.key, joins, leaves, text }];
}

/** Whoever has left manages nobody. */
function presentManager({ people }: Organization, { profile }: Person): string | null {
  const manager = profile.manager === null ? undefined : people.get(profile.manager);
  return manager?.status === 'active' ? manager.key : null;
}

const verb = (count: number, name: string): string => `${count} ${name}${count === 1 ? 's' : ''}`;

const withStatus = ({ people }: Organization, status: Person['status']): Person[] =>
  [...people.values()].filter((person) => person.status === status);

const groupsOf = ({ groups }: Organization, person: string): Group[] =>
  [...groups.values()].filter(({ members }) => members.has(person));

const nameOf = ({ given, family }: Profile): string => `${given} ${family}`;

const newGroupName = (organization: Organization, random: Random): string =>
  untaken(organization, (count) => `${random.pick(GROUP_NAMES) ?? ''}${count === 1 ? '' : ` ${count}`}`);

function newUserName(organization: Organization, given: string, family: string): string {
  const plain = `${given}.${family}`
    .normalize('NFD')
    .replace(/[^A-Za-z.]/g, '')
    .toLowerCase();
  return untaken(organization, (count) => `${plain}${count === 1 ? '' : count}@acme.example`);
}

function untaken({ takenNames }: Organization, candidate: (count: number) => string): string {
  for (let count = 1; ; count += 1) {
    const name = candidate(count);
    if (takenNames.has(name)) continue;
    takenNames.add(name);
    return name;
  }
}
