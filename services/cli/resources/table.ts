import { DELIVERY_STATUSES } from '../../../shared/webhooks/delivery.js';
import { ORDERINGS } from '../../../shared/webhooks/ordering.js';
import { PAYLOADS } from '../../../shared/events/thin.js';
import * as flags from '../flags.js';
import { subjectOf } from '../output/subject.js';
import type { Column } from '../output/table.js';
import {
  createVerb,
  deleteVerb,
  enableVerbs,
  listVerb,
  showVerb,
  updateVerb,
  type Flag,
  type Resource,
} from './verb.js';

const NAME: Flag = { field: 'name', flags: '--name <name>', description: 'what it is called' };
const ORG: Flag = { field: 'organizationId', flags: '--org <id>', description: 'of this organization' };
const DIRECTORY: Flag = { field: 'directoryId', flags: '--directory <id>', description: 'of this directory' };
const ENDPOINT: Flag = { field: 'endpointId', flags: '--endpoint <id>', description: 'of this endpoint' };

const organizations: Resource = {
  name: 'orgs',
  alias: 'organizations',
  about: 'organizations: your customers',
  verbs: [
    createVerb('/organizations', 'an organization', [required(NAME)], '--name Acme'),
    listVerb('/organizations', columns('id', 'name…', 'createdAt')),
    showVerb('/organizations/:id'),
    updateVerb('/organizations/:id', [NAME], '<id> --name "Acme Ltd"'),
    deleteVerb('/organizations/:id', 'delete one without directories and endpoints', 'The organization is deleted.'),
  ],
};

const DIRECTORY_SETTINGS: readonly Flag[] = [
  {
    field: 'provider',
    flags: '--provider <name>',
    description: 'whose it is, such as okta; or none',
    parse: flags.orNone(String),
  },
  {
    field: 'deletionGuard',
    flags: '--deletion-guard <json>',
    description: 'such as {"maxUsers": 20, "windowMinutes": 60}; or none',
    parse: flags.orNone(flags.json),
  },
  {
    field: 'allowedCidrs',
    flags: '--allowed-cidrs <ranges>',
    description: 'address ranges that it may send from, such as 203.0.113.0/24,2001:db8::/32; or none',
    parse: flags.listOrNone,
  },
  {
    field: 'clientCertificates',
    flags: '--client-certificates <thumbprints>',
    description: 'SHA-256 thumbprints of certificates that it may present, separated by commas; or none',
    parse: flags.listOrNone,
  },
];

const directories: Resource = {
  name: 'directories',
  about: 'directories: an organization’s connection to its identity provider',
  verbs: [
    createVerb(
      '/directories',
      'a directory, and its first token',
      [required(ORG), required(NAME), ...DIRECTORY_SETTINGS],
      '--org <id> --name Okta --provider okta',
    ),
    listVerb('/directories', columns('id', 'name…', 'provider', 'state', 'enabled', 'organizationId', 'createdAt'), [
      ORG,
    ]),
    showVerb('/directories/:id', {
      name: 'tokens',
      path: '/directories/:id/tokens',
      columns: columns('id', 'hint', 'createdAt', 'lastUsedAt', 'expiresAt', 'revokedAt'),
    }),
    updateVerb('/directories/:id', [NAME, ...DIRECTORY_SETTINGS], '<id> --name "Okta, production"'),
    deleteVerb('/directories/:id', 'delete one, and erase everything of it', 'The directory is deleted.'),
    ...enableVerbs('/directories/:id', 'answer its identity provider 403', 'let its identity provider in again'),
    {
      name: 'rotate',
      does: 'give it another token; the former one goes on until it is revoked',
      method: 'POST',
      path: '/directories/:id/tokens',
      flags: [{ field: 'expiresAt', flags: '--expires-at <time>', description: 'when the new token ends' }],
      prints: 'fields',
    },
    {
      name: 'revoke',
      does: 'end a token',
      method: 'DELETE',
      path: '/directories/:id/tokens/:tokenId',
      prints: { sentence: 'The token is revoked; it is refused everywhere within 5 s.' },
    },
    {
      name: 'setup-link',
      does: 'make a link with which the customer’s IT admin sets it up; it opens once',
      method: 'POST',
      path: '/directories/:id/setup-links',
      flags: [
        {
          field: 'expiresInSeconds',
          flags: '--expires-in <duration>',
          description: 'for how long it can be opened, such as 3d; without: 7d',
          parse: flags.seconds,
        },
      ],
      prints: 'fields',
    },
    {
      name: 'setup-links',
      does: 'list them',
      method: 'GET',
      path: '/directories/:id/setup-links',
      prints: { columns: columns('id', 'state', 'createdAt', 'expiresAt', 'openedAt', 'sessionEndsAt', 'revokedAt') },
    },
    {
      name: 'revoke-setup-link',
      does: 'end a link, and the session that it was opened for',
      method: 'DELETE',
      path: '/directories/:id/setup-links/:linkId',
      prints: { sentence: 'The link is revoked, and nobody is signed in with it any more.' },
    },
  ],
};

const ENDPOINT_SETTINGS: readonly Flag[] = [
  {
    field: 'eventTypes',
    flags: '--types <types>',
    description: 'such as user.*,group.created; without: all',
    parse: flags.typePatterns,
  },
  {
    field: 'filter',
    flags: '--filter <filter>',
    description: 'such as \'department eq "Sales"\'; or none',
    parse: flags.orNone(String),
  },
  { field: 'payload', flags: '--payload <form>', description: PAYLOADS.join(' or '), parse: flags.oneOf(PAYLOADS) },
  {
    field: 'headers',
    flags: '--header <header>',
    description: '"name: value", sent with each webhook; may be repeated',
    parse: flags.header,
  },
  { field: 'description', flags: '--description <text>', description: 'for people' },
  { field: 'ordering', flags: '--ordering <what>', description: ORDERINGS.join(', '), parse: flags.oneOf(ORDERINGS) },
  {
    field: 'rateLimit',
    flags: '--rate-limit <n>',
    description: 'requests per second at most; or none',
    parse: flags.orNone((text) => ({ perSecond: flags.number(text) })),
  },
];
/** In every command, --url says where Rollcall is. */
const WEBHOOK_URL: Flag = { field: 'url', flags: '--webhook-url <url>', description: 'where its webhooks go' };

const endpoints: Resource = {
  name: 'endpoints',
  about: 'endpoints: where webhooks go',
  verbs: [
    createVerb(
      '/endpoints',
      'an endpoint, and its signing secret',
      [required(WEBHOOK_URL), ...ENDPOINT_SETTINGS, ORG, DIRECTORY],
      '--webhook-url http://localhost:4000/webhooks --types user.*,group.*',
    ),
    listVerb(
      '/endpoints',
      columns('id', 'url…', 'eventTypes…', 'enabled', 'disabledReason…', 'failingSince', 'createdAt'),
      [ORG, DIRECTORY],
    ),
    showVerb('/endpoints/:id'),
    updateVerb('/endpoints/:id', [WEBHOOK_URL, ...ENDPOINT_SETTINGS], '<id> --types user.*'),
    deleteVerb('/endpoints/:id', 'delete one; what it has not got is canceled', 'The endpoint is deleted.'),
    ...enableVerbs('/endpoints/:id', 'hold its deliveries', 'resume its deliveries where they stopped'),
    {
      name: 'rotate',
      does: 'give it another signing secret; both sign for a while',
      method: 'POST',
      path: '/endpoints/:id/secret/rotate',
      flags: [
        {
          field: 'overlapHours',
          flags: '--overlap-hours <n>',
          description: 'how long the former one still signs: 0 to 168, 24 where nothing is said',
          parse: flags.number,
        },
      ],
      prints: 'fields',
      example: '<id> --overlap-hours 1',
    },
    {
      name: 'test',
      does: 'send it one example event now',
      method: 'POST',
      path: '/endpoints/:id/test',
      flags: [
        {
          field: 'type',
          flags: '--type <type>',
          description: 'of the event; user.created where nothing is said',
          parse: flags.eventType,
        },
      ],
      prints: 'fields',
      example: '<id> --type user.updated',
    },
  ],
};

const EVENT_FILTERS: readonly Flag[] = [
  DIRECTORY,
  ORG,
  { field: 'resourceId', flags: '--resource <id>', description: 'about this user, group or other resource' },
  {
    field: 'type',
    flags: '--types <types>',
    description: 'such as user.*,group.created',
    parse: flags.directoryPatterns,
  },
  {
    field: 'since',
    flags: '--since <time>',
    description: 'committed then or later: a time, or 10m, 2h, 3d ago',
    parse: flags.time,
  },
];

const events: Resource = {
  name: 'events',
  about: 'events: what has happened; without a verb, print the reference of all types',
  verbs: [
    {
      ...listVerb(
        '/events',
        [
          ...columns('id', 'type'),
          { field: 'data', title: 'subject', of: subjectOf, isFlexible: true },
          ...columns('seq', 'timestamp', 'directoryId'),
        ],
        [
          ...EVENT_FILTERS,
          { field: 'until', flags: '--until <time>', description: 'committed before', parse: flags.time },
        ],
      ),
      does: 'list them, the oldest first',
      example: '--since 10m --types user.*',
    },
    {
      name: 'show',
      does: 'show one',
      arguments: ['id'],
      work: async (args) => (await import('./events.js')).showEvent(args),
    },
    {
      name: 'tail',
      does: 'follow them as they are committed',
      flags: EVENT_FILTERS,
      example: '--types user.*',
      work: async (_, fields) => (await import('./events.js')).tailEvents(fields),
    },
  ],
};

const DELIVERY_FILTERS: readonly Flag[] = [
  ENDPOINT,
  DIRECTORY,
  ORG,
  { field: 'eventId', flags: '--event <id>', description: 'of this event' },
];
const STATUS: Flag = {
  field: 'status',
  flags: '--status <status>',
  description: DELIVERY_STATUSES.join(', '),
  parse: flags.oneOf(DELIVERY_STATUSES),
};

const deliveries: Resource = {
  name: 'deliveries',
  about: 'deliveries: one event to one endpoint each',
  verbs: [
    {
      ...listVerb(
        '/deliveries',
        columns('id', 'eventType', 'status', 'attempts', 'updatedAt', 'lastError…', 'endpointId', 'eventId'),
        [...DELIVERY_FILTERS, STATUS],
      ),
      does: 'list them, the newest first',
      example: '--status parked',
    },
    showVerb('/deliveries/:id', {
      name: 'attempts',
      path: '/deliveries/:id/attempts',
      columns: columns('startedAt', 'status', 'durationMs', 'error…', 'response…'),
    }),
    {
      name: 'retry',
      does: 'send it again under the same webhook-id',
      method: 'POST',
      path: '/deliveries/:id/retry',
      prints: 'fields',
    },
    {
      name: 'skip',
      does: 'give it up, so that later ones go on',
      method: 'POST',
      path: '/deliveries/:id/skip',
      prints: 'fields',
    },
    {
      name: 'tail',
      does: 'follow what becomes of them, each with its last attempt',
      flags: DELIVERY_FILTERS,
      example: '--endpoint <id>',
      work: async (_, fields) => (await import('./deliveries.js')).tailDeliveries(fields),
    },
  ],
};

const replays: Resource = {
  name: 'replays',
  about: 'replays that "rollcall replay" has begun',
  verbs: [
    listVerb('/replays', columns('id', 'state', 'replayed', 'missing', 'since', 'until', 'endpointId'), [ENDPOINT]),
    showVerb('/replays/:id'),
    { name: 'cancel', does: 'send no more of it', method: 'POST', path: '/replays/:id/cancel', prints: 'fields' },
  ],
};

/** Everything that `rollcall <resource> <verb>` can do. */
export const RESOURCES = [organizations, directories, endpoints, events, deliveries, replays];

/** `name…` may be cut. */
function columns(...fields: readonly string[]): readonly Column[] {
  return fields.map((field) => ({ field: field.replace('…', ''), isFlexible: field.endsWith('…') }));
}

function required(flag: Flag): Flag {
  return { ...flag, isRequired: true };
}
