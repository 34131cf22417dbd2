import type { Page } from 'playwright-core';
import type { WorstCase } from './worst-case.js';

/** A screen of the console, or what opens in it. */
interface Screen {
  readonly name: string;
  readonly path: (at: WorstCase) => string;
  /** What is there when the screen is whole. */
  readonly shown: string | RegExp;
  readonly open?: (page: Page) => Promise<void>;
  /** Nothing there was written by anybody else. */
  readonly isOwn?: true;
}

const press =
  (...names: readonly (string | RegExp)[]) =>
  async (page: Page): Promise<void> => {
    for (const name of names) await page.getByRole('button', { name }).last().click();
  };
const directory =
  (view: string) =>
  ({ provider }: WorstCase): string =>
    `/directories/${provider.id}${view}`;

/** Every screen, and what opens in it. */
export const SCREENS: readonly Screen[] = [
  { name: 'directories', path: () => '/directories', shown: 'Holds changes' },
  { name: 'a new directory', path: () => '/directories/new', shown: 'For people; it can be changed later.' },
  { name: 'a directory', path: directory(''), shown: 'user.updated' },
  { name: 'its users', path: directory('/users'), shown: 'Active' },
  { name: 'a user', path: (at) => directory(`/users/${at.userId}`)(at), shown: 'Commit' },
  { name: 'its groups', path: directory('/groups'), shown: 'External id' },
  { name: 'a group', path: (at) => directory(`/groups/${at.groupId}`)(at), shown: 'Commit' },
  { name: 'its requests', path: directory('/requests'), shown: '400' },
  { name: 'a request', path: (at) => directory(`/requests/${at.requestId}`)(at), shown: 'Nothing was changed.' },
  { name: 'held changes', path: directory('/held'), shown: 'user.deleted' },
  { name: 'a release', path: directory('/held'), shown: 'Release all', open: press('Release…') },
  {
    name: 'time travel',
    path: (at) => directory(`/past?at=${encodeURIComponent(new Date().toISOString())}`)(at),
    shown: 'Version',
  },
  {
    name: 'the mapping',
    path: directory('/mapping'),
    shown: 'get the role',
    open: press('Add a field', 'Add a role'),
  },
  {
    name: 'the settings',
    path: directory('/settings'),
    shown: /not used yet|used/,
    open: press('Make a set-up link'),
  },
  { name: 'a deletion', path: directory('/settings'), shown: 'Delete the directory', open: press('Delete…') },
  { name: 'endpoints', path: () => '/endpoints', shown: 'Success 24 h' },
  { name: 'a new endpoint', path: () => '/endpoints/new', shown: 'Own headers', isOwn: true },
  { name: 'an endpoint', path: (at) => `/endpoints/${at.endpointId}`, shown: 'Latest deliveries' },
  {
    name: 'an endpoint to edit',
    path: (at) => `/endpoints/${at.endpointId}`,
    shown: 'Own headers',
    open: press('Edit'),
  },
  {
    name: 'a test event',
    path: (at) => `/endpoints/${at.endpointId}`,
    shown: 'Answered 500',
    open: press('Test', 'Send'),
  },
  {
    name: 'a replay',
    path: (at) => `/endpoints/${at.endpointId}`,
    shown: 'Empty: now',
    open: press(/^Replay a time/),
    isOwn: true,
  },
  { name: 'events', path: () => '/events', shown: 'user.created' },
  { name: 'an event', path: (at) => `/events/${at.eventId}`, shown: 'The way it went' },
  { name: 'deliveries', path: () => '/deliveries', shown: 'Blocked', isOwn: true },
  { name: 'a parked delivery', path: (at) => `/deliveries/${at.deliveryId}`, shown: 'Behind it wait' },
  { name: 'the system', path: () => '/system', shown: 'Deliveries by status', isOwn: true },
  { name: 'admin keys', path: () => '/system/keys', shown: 'Last used' },
  { name: 'a new admin key', path: () => '/system/keys', shown: 'It expires', open: press('New key') },
  { name: 'a key to revoke', path: () => '/system/keys', shown: 'is refused at once', open: press(/^Revoke/) },
  { name: 'the audit log', path: () => '/system/audit', shown: 'endpoint.created', isOwn: true },
  {
    name: 'an audit entry',
    path: () => '/system/audit?action=endpoint.created',
    shown: 'What changed',
    open: async (page) => page.getByRole('link', { name: 'endpoint.created' }).click(),
  },
  { name: 'erasures', path: () => '/system/erasures', shown: 'Ordered' },
  { name: 'the keys of the console', path: () => '/system', shown: 'Search', open: press(/^Keys/), isOwn: true },
];

/** Each list before there is anything in it, and what it says then. */
export const EMPTY_SCREENS = [
  ['/directories', 'No directory yet'],
  ['/endpoints', 'No endpoint yet'],
  ['/events', 'No event yet'],
  ['/deliveries', 'No delivery yet'],
  ['/system/audit', 'Nothing was changed'],
  ['/system/erasures', 'Nothing was erased'],
] as const;
