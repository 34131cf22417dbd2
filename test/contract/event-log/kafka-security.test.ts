import { join } from 'node:path';
import { loadConfig } from '../../../shared/config/config.js';
import type { Environment } from '../../../shared/config/env.js';
import { createKafkaLog } from '../../../shared/event-log/kafka/log.js';
import { ensureTopic } from '../../../shared/event-log/kafka/topic.js';
import type { LogRecord } from '../../../shared/event-log/port.js';
import { newId } from '../../../shared/runtime/ids.js';
import { makeCertificates, type Certificates } from '../../support/certificates.js';
import { eventually } from '../../support/eventually.js';
import { silent } from '../../support/ingest.js';
import { kafkaHome, startBroker, type Broker } from '../../support/kafka-broker.js';
import { skipSuite } from '../../support/skip-suite.js';
import { temporaryFolder } from '../../support/temporary-folder.js';

const folder = temporaryFolder();
const certificates = makeCertificates(folder);
const PASSWORD = 'a-password-of-the-broker';

if (kafkaHome === undefined || certificates === undefined) {
  skipSuite('Kafka by TLS and SASL', 'KAFKA_HOME is not set, or there is no OpenSSL');
} else {
  const { caFile, serverFile: keyStoreFile } = certificates;
  const home = kafkaHome;
  let broker: Broker;
  beforeAll(async () => {
    broker = await startBroker(home, { caFile, keyStoreFile, username: 'rollcall', password: PASSWORD });
  });
  afterAll(() => broker.kill('SIGKILL'));

  /** What an operator sets. */
  const environment = (files: Certificates): Record<string, string | undefined> => ({
    MONGODB_URI: 'mongodb://127.0.0.1/none',
    KAFKA_BROKERS: broker.address,
    ROLLCALL_LOG_PARTITIONS: '2',
    KAFKA_TLS: 'true',
    KAFKA_TLS_CA_FILE: files.caFile,
    KAFKA_TLS_CERT_FILE: files.clientCertFile,
    KAFKA_TLS_KEY_FILE: files.clientKeyFile,
    KAFKA_SASL_MECHANISM: 'scram-sha-512',
    KAFKA_SASL_USERNAME: 'rollcall',
    KAFKA_SASL_PASSWORD: PASSWORD,
  });
  function optionsFor(env: Environment) {
    const loaded = loadConfig('relay', env);
    if ('problems' in loaded) throw new Error(loaded.problems.join('\n'));
    return { ...loaded.config.eventLog, partitions: 2, clientId: 'test', logger: silent };
  }

  test('a broker that asks for a client certificate and a password gets both, and events go through it', async () => {
    const options = optionsFor(environment(certificates));
    await ensureTopic(options);
    const log = createKafkaLog(options);
    const stop = new AbortController();
    const seen: LogRecord[] = [];
    const consuming = log.consume(
      'test',
      {
        assigned: async () => undefined,
        revoked: async () => undefined,
        records: async (_partition, records) => void seen.push(...records),
      },
      stop.signal,
    );
    await log.publish(1, [{ directoryId: 'd', eventId: newId(), type: 'user.created', seq: 1, body: '{}' }]);
    await eventually('the event is read', async () => seen.some(({ seq }) => seq === 1));
    stop.abort();
    await consuming;
    await log.close();
  });

  test.each([
    ['a wrong password', { KAFKA_SASL_PASSWORD: 'another' }, /none of .* can be reached .*mend KAFKA_BROKERS/],
    ['no certificate of the authority', { KAFKA_TLS_CA_FILE: undefined }, /none of .* can be reached/],
    ['no client certificate', { KAFKA_TLS_CERT_FILE: undefined, KAFKA_TLS_KEY_FILE: undefined }, /can be reached/],
    [
      'no TLS',
      {
        KAFKA_TLS: undefined,
        KAFKA_TLS_CA_FILE: undefined,
        KAFKA_TLS_CERT_FILE: undefined,
        KAFKA_TLS_KEY_FILE: undefined,
      },
      /can be reached/,
    ],
    [
      'a file that is not there',
      { KAFKA_TLS_CA_FILE: join(folder, 'none.crt') },
      /^KAFKA_TLS_CA_FILE: .* cannot be read/,
    ],
    ['a file that is none', { KAFKA_TLS_CA_FILE: __filename }, /^KAFKA_TLS_CA_FILE: .* is no PEM file/],
  ])('%s is refused, and the error says where to look', async (_title, change, error) => {
    const options = optionsFor({ ...environment(certificates), ...change });
    await expect((async () => ensureTopic(options))()).rejects.toThrow(error);
  });
}
