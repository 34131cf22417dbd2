import request from 'supertest';
import { schemaProblems } from '../support/event-schemas.js';
import { startIngest, type IngestHarness } from '../support/ingest.js';
import { createConversation, recordings, type Directory } from './conversation.js';
import { shownBy, toldBy } from './told.js';

/** Identity providers as they talk (test/fixtures/providers), each to a directory of its own. */

let ingest: IngestHarness;

beforeAll(async () => {
  ingest = await startIngest();
});
afterAll(() => ingest.store.close());

describe.each(recordings())('$provider', ({ provider, steps }) => {
  let directory: Directory;
  let conversation: ReturnType<typeof createConversation>;

  beforeAll(async () => {
    directory = await ingest.addDirectory();
    conversation = createConversation(ingest, directory);
  });

  const get = async (path: string) =>
    (
      await request(ingest.app)
        .get(directory.base + path)
        .set('authorization', `Bearer ${directory.token}`)
    ).body;

  test.each(steps)(`${provider}: $name`, (step) => conversation.play(step));

  test(`${provider}: the events are gapless and tell all that there is`, async () => {
    const { heard } = conversation;
    expect(heard.map(({ seq }) => seq)).toEqual(heard.map((_, index) => index + 1));
    expect(new Set(heard.map(({ id }) => id)).size).toBe(heard.length);
    expect(toldBy(heard)).toEqual(shownBy(await get('/Users?count=1000'), await get('/Groups?count=1000')));
  });

  test(`${provider}: every event is as its schema says`, () => {
    expect(conversation.heard.flatMap(schemaProblems)).toEqual([]);
    expect(conversation.heard.length).toBeGreaterThan(0);
  });
});
