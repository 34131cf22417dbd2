import { Argument, InvalidArgumentError, Option, type Command } from 'commander';
import type { EventType } from '../../../shared/events/event.js';
import { createSigner } from '../../../shared/webhooks/sign.js';
import { PROVIDERS } from '../../simulator/dialects/dialect.js';
import * as flags from '../flags.js';
import type { Connection } from '../flags.js';
import type { ListenOptions } from '../listen/main.js';
import type { Story } from '../simulate.js';
import type { Work } from '../session.js';
import { TRIGGERABLE } from '../trigger/recipes.js';
import { withExample } from './example.js';

/** What an application is built and tried with. */
export function addDevelopment(program: Command): void {
  addListen(program);
  addTrigger(program);
  addReplay(program);
  addSimulate(program);
  const demo = program
    .command('demo')
    .description('watch a simulated identity provider’s changes become verified webhooks')
    .option('--users <n>', 'users to hire', flags.positiveInteger, 24)
    .option('--seed <n>', 'same seed, same story', flags.positiveInteger, 1)
    .action(async (options: { users: number; seed: number }) => {
      process.exitCode = await (await import('../demo.js')).runDemo(options);
    });
  withExample(demo, 'rollcall demo --users 50');
}

const DIRECTORY = ['--directory <id>', 'of this directory alone'] as const;
const TYPES = ['--types <types>', 'such as user.*,group.created'] as const;
const SINCE = 'a time, or 10m, 2h, 3d ago';

function addListen(program: Command): void {
  const command = program
    .command('listen')
    .description('forward events to a local application as signed webhooks, and show what it answers')
    .requiredOption('--forward-to <url>', 'where the application takes webhooks', flags.appUrl)
    .option(...TYPES, flags.directoryPatterns)
    .option(...DIRECTORY)
    .option('--since <time>', `begin there: ${SINCE} (default: from now on)`, flags.time)
    .option('--secret <secret>', 'sign with it (default: one of its own, the same each time)', signingSecret);
  flags
    .withConnection(command, 'print one JSON document per event')
    .action(async (options: ListenOptions & Connection) =>
      runSession(options, (await import('../listen/main.js')).listen(options)),
    );
  withExample(command, 'rollcall listen --forward-to localhost:4000/webhooks --types user.*');
}

function addTrigger(program: Command): void {
  const command = program
    .command('trigger')
    .description('make a real change in a demo directory, so that a real event of the type is committed and delivered')
    .addArgument(new Argument('<type>', TRIGGERABLE.join(', ')).argParser(flags.eventType));
  flags
    .withConnection(command)
    .action(async (type: EventType, options: Connection) =>
      runSession(options, (await import('../trigger/trigger.js')).trigger(type)),
    );
  withExample(command, 'rollcall trigger user.updated');
}

interface ReplayOptions extends Connection {
  readonly endpoint?: string;
  readonly since?: string;
  readonly until?: string;
  readonly types?: readonly string[];
  readonly directory?: string;
}

function addReplay(program: Command): void {
  const command = program
    .command('replay')
    .description('send an event again, or an endpoint’s deliveries of a time, and follow it to its end')
    .argument('[event-id]', 'to every endpoint that got it, or to --endpoint alone')
    .option('--endpoint <id>', 'to this endpoint')
    .option('--since <time>', `what was committed then or later: ${SINCE}`, flags.time)
    .option('--until <time>', 'what was committed before', flags.time)
    .option(...TYPES, flags.typePatterns)
    .option(...DIRECTORY);
  flags.withConnection(command).action(async (eventId: string | undefined, options: ReplayOptions) => {
    const { endpoint, since, until, types, directory: directoryId } = options;
    const { replayEvent, replayRange } = await import('../replay.js');
    if (eventId !== undefined && [since, until, types, directoryId].every((one) => one === undefined)) {
      return runSession(options, replayEvent(eventId, endpoint));
    }
    if (eventId !== undefined || endpoint === undefined || since === undefined) {
      return command.error('error: give the id of an event, or --endpoint and --since');
    }
    const more = { ...(until && { until }), ...(types && { types }), ...(directoryId && { directoryId }) };
    return runSession(options, replayRange(endpoint, { since, ...more }));
  });
  withExample(command, 'rollcall replay --endpoint <id> --since 2h --types user.*');
}

function addSimulate(program: Command): void {
  const command = program
    .command('simulate')
    .description('play an identity provider, in a demo directory or against any SCIM base URL')
    .addOption(
      new Option('--provider <name>', `whose dialect to speak: ${PROVIDERS.join(', ')}`)
        .argParser(flags.oneOf(PROVIDERS))
        .default('okta'),
    )
    .option('--users <n>', 'users to hire', flags.positiveInteger, 100)
    .option('--groups <n>', 'groups to create', flags.positiveInteger, 10)
    .option('--seed <n>', 'same seed, same story', flags.positiveInteger, 1)
    .option('--token <token>', 'bearer token of the SCIM base URL that --url is then');
  flags.withConnection(command).action(async (options: Story & Connection & { readonly token?: string }) => {
    const { url, token, json = false, provider, users, groups, seed } = options;
    const story = { provider, users, groups, seed };
    const { simulateAt, simulateInDemo } = await import('../simulate.js');
    if (token === undefined) return runSession(options, simulateInDemo(story));
    if (url === undefined) return command.error('error: --token needs --url, the SCIM base URL that it is for');
    process.exitCode = await simulateAt({ baseUrl: url, token }, story, json);
  });
  withExample(command, 'rollcall simulate --provider entra --users 50 --groups 5');
}

/** Loaded when it is run: roles have no use for what speaks HTTP here. */
const runSession = async (options: Connection, work: Work): Promise<void> =>
  (await import('../session.js')).runSession(options, work);

/** Throws what the message ends with, never the secret itself. */
function signingSecret(text: string): string {
  try {
    createSigner([text]);
    return text;
  } catch {
    throw new InvalidArgumentError('It must be whsec_ and base64, as an endpoint’s secret is.');
  }
}
