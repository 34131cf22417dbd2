import { Partitioners, type Kafka, type Message, type Producer } from 'kafkajs';

/** Sends to one topic. */
export interface Publisher {
  /**
   * Resolves when every in-sync replica has the messages, all of which are of `partition`. Of one partition, one call at a
   * time: with kafkajs 2.2.4, a second one can be lost without an error after a lost acknowledgement.
   */
  send(partition: number, messages: Message[]): Promise<void>;
  close(): Promise<void>;
}

/** A producer and the sends that it has under way. */
interface Session {
  readonly producer: Producer;
  readonly connected: Promise<void>;
  sending: number;
  isRetired: boolean;
}

const ACKS_OF_ALL = -1;
/** How long the leader waits for its replicas. */
const ACK_TIMEOUT_MS = 10_000;

export function createPublisher(kafka: Kafka, topic: string): Publisher {
  let current: Session | undefined;

  const open = (): Session => {
    const producer = kafka.producer({
      idempotent: true,
      allowAutoTopicCreation: false,
      createPartitioner: Partitioners.DefaultPartitioner,
    });
    return { producer, connected: producer.connect(), sending: 0, isRetired: false };
  };

  /** Others may still be sending with it: the last one of them closes it. */
  const retire = (session: Session): void => {
    session.isRetired = true;
    if (current === session) current = undefined;
  };

  return {
    async send(partition, messages) {
      const session = (current ??= open());
      session.sending += 1;
      try {
        await session.connected;
        const answers = await session.producer.send({ topic, acks: ACKS_OF_ALL, timeout: ACK_TIMEOUT_MS, messages });
        if (!answers.some((answer) => answer.partition === partition && answer.errorCode === 0)) {
          throw new Error('no broker acknowledged the records');
        }
      } catch (error) {
        // Its sequence numbers may no longer agree with the broker's; a later send of other records could pass for this one.
        retire(session);
        throw error;
      } finally {
        session.sending -= 1;
        if (session.isRetired && session.sending === 0) await disconnect(session);
      }
    },
    async close() {
      const session = current;
      if (session === undefined) return;
      retire(session);
      if (session.sending === 0) await disconnect(session);
    },
  };
}

/** Nothing of it is needed any more: what goes wrong here changes nothing. */
async function disconnect({ producer }: Session): Promise<void> {
  await producer.disconnect().catch(() => undefined);
}
