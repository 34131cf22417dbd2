import { Kafka } from 'kafkajs';
import mongoose, { type mongo } from 'mongoose';

/** What was asked of servers, in order, and the longest chain of it: each of a chain had its answer before the next was asked. */
export interface RoundTrips {
  readonly asked: readonly string[];
  /** How often one waits for a server, one time after another: what is asked at the same time counts once. */
  readonly inARow: number;
}

interface Asking {
  readonly id: string;
  readonly name: string;
  /** 0 where nobody waits for it. */
  readonly depth: number;
  isAnswered: boolean;
}

/** Gathers what is asked. */
export interface Watch {
  /** Forgets what was asked before the work. */
  during(work: () => Promise<unknown>): Promise<RoundTrips>;
  /** What has been asked by now, aside too. */
  asked(): readonly string[];
  begin(id: string, name: string): void;
  end(id: string): void;
}

/** The mark of a head that is applied comes some time after its commit, beside whatever else is done then. */
export const ASIDE = 'mark as applied';

export function createWatch(): Watch {
  let all: Asking[] = [];
  return {
    async during(work) {
      all = [];
      await work();
      const awaited = all.filter(({ name }) => name !== ASIDE);
      return { asked: awaited.map(({ name }) => name), inARow: Math.max(0, ...awaited.map(({ depth }) => depth)) };
    },
    asked: () => all.map(({ name }) => name),
    begin(id, name) {
      const answered = all.filter(({ isAnswered }) => isAnswered).map((one) => one.depth);
      const depth = name === ASIDE ? 0 : 1 + Math.max(0, ...answered);
      all.push({ id, name, depth, isAnswered: false });
    },
    end(id) {
      const asking = all.find((one) => one.id === id && !one.isAnswered);
      if (asking !== undefined) asking.isAnswered = true;
    },
  };
}

/** In a connection string: has the driver tell of its commands. */
export const MONITORED = 'monitorCommands=true';

/** Watches the commands of the driver's clients whose database has the name: `find commits`. They must have been opened. */
export function watchMongo(name: string, watch: Watch): void {
  const clients = mongoose.connections.filter((one) => one.name === name).map((one) => one.getClient());
  if (clients.length === 0) throw new Error(`no connection to ${name} is open`);
  for (const client of clients) {
    client.on('commandStarted', ({ requestId, commandName, command }: mongo.CommandStartedEvent) => {
      const isAside = command['updates']?.[0]?.u?.$set?.applied === true;
      watch.begin(`mongo ${requestId}`, isAside ? ASIDE : `${commandName} ${String(command[commandName])}`);
    });
    for (const end of ['commandSucceeded', 'commandFailed'] as const) {
      client.on(end, ({ requestId }: { readonly requestId: number }) => watch.end(`mongo ${requestId}`));
    }
  }
}

/** Watches the requests of every producer that is made from now on: `Produce`. The driver tells of one when it is answered. */
export function watchProducers(watch: Watch): void {
  const producer = Reflect.get(Kafka.prototype, 'producer');
  jest.spyOn(Kafka.prototype, 'producer').mockImplementation(function (this: Kafka, ...options) {
    const made = producer.apply(this, options);
    made.on(made.events.REQUEST, ({ payload: { apiName, correlationId, clientId } }) => {
      const id = `kafka ${clientId} ${correlationId}`;
      watch.begin(id, apiName);
      watch.end(id);
    });
    return made;
  });
}
