import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import request from 'supertest';
import type { DirectoryEvent } from '../../shared/events/event.js';
import type { IngestHarness } from '../support/ingest.js';

/** One request of an identity provider, as it would be recorded, and what it has to come to. */
export interface Step {
  readonly name: string;
  readonly request: {
    readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
    /** Behind the SCIM base URL, as it is on the wire; `{{name}}` stands for a saved value, here and in every other text. */
    readonly path: string;
    /** Null: not sent. */
    readonly headers?: Readonly<Record<string, string | null>>;
    readonly body?: unknown;
  };
  readonly expect: {
    readonly status: number;
    readonly headers?: Readonly<Record<string, string>>;
    /** A part of the body; `{{any}}` stands for whatever is there. */
    readonly body?: object;
    /** Places in the body where nothing may be, such as `Resources/0/members`. */
    readonly absent?: readonly string[];
  };
  /** The events that the step makes, in part; none when left out. */
  readonly events?: readonly object[];
  /** What later steps refer to: a place in the body by the name that it gets. */
  readonly save?: Readonly<Record<string, string>>;
}

export interface Recording {
  readonly provider: string;
  readonly steps: readonly Step[];
}

const FOLDER = join(__dirname, '../fixtures/providers');

/** Every recording, named after its file. */
export const recordings = (): Recording[] =>
  readdirSync(FOLDER).map((file) => ({
    provider: file.replace(/\.json$/, ''),
    steps: JSON.parse(readFileSync(join(FOLDER, file), 'utf8')),
  }));

export type Directory = Awaited<ReturnType<IngestHarness['addDirectory']>>;

/** A provider that talks to a directory of its own; it remembers what its steps save. */
export function createConversation(ingest: IngestHarness, directory: Directory) {
  const saved = new Map<string, unknown>();
  const heard: DirectoryEvent[] = [];

  const hear = async (): Promise<DirectoryEvent[]> => {
    const stored = await ingest.store.events.ofDirectory(directory.id, heard.length, 1000);
    const events = stored.map(({ body }): DirectoryEvent => JSON.parse(body));
    heard.push(...events);
    return events;
  };

  return {
    /** Every event so far, in order. */
    heard,
    /** Plays a step, and fails when its answer or its events are others than it says. */
    async play(step: Step): Promise<void> {
      ingest.clock.now += 1000;
      const answer = await send(ingest, directory, filled(step.request, saved));
      const expected = filled(step.expect, saved);
      expect({ status: answer.status, body: answer.body }).toMatchObject({
        status: expected.status,
        ...(expected.body === undefined ? {} : { body: expected.body }),
      });
      expect(answer.headers).toMatchObject(expected.headers ?? {});
      for (const place of expected.absent ?? []) expect([place, at(answer.body, place)]).toEqual([place, undefined]);
      for (const [name, place] of Object.entries(step.save ?? {})) saved.set(name, at(answer.body, place));
      expect(await hear()).toMatchObject(filled(step.events ?? [], saved));
    },
  };
}

function send(ingest: IngestHarness, directory: Directory, { method, path, headers, body }: Step['request']) {
  const verb = method.toLowerCase() as 'get' | 'post' | 'put' | 'patch' | 'delete';
  const sent = request(ingest.app)
    [verb](directory.base + path)
    .set('authorization', `Bearer ${directory.token}`);
  for (const [name, value] of Object.entries(headers ?? {})) {
    if (value === null) sent.unset(name);
    else sent.set(name, value);
  }
  return body === undefined ? sent : sent.send(JSON.stringify(body));
}

/** A value with its placeholders filled in; a text that is nothing but one becomes the saved value itself. */
function filled<Value>(value: Value, saved: ReadonlyMap<string, unknown>): Value {
  const look = (name: string): unknown => {
    if (name === 'any') return expect.anything();
    if (!saved.has(name)) throw new Error(`The recording refers to {{${name}}}, which no step has saved.`);
    return saved.get(name);
  };
  const fill = (part: unknown): unknown => {
    if (Array.isArray(part)) return part.map(fill);
    if (typeof part === 'object' && part !== null) {
      return Object.fromEntries(Object.entries(part).map(([name, inner]) => [name, fill(inner)]));
    }
    if (typeof part !== 'string') return part;
    const [, whole] = /^\{\{(\w+)\}\}$/.exec(part) ?? [];
    return whole === undefined ? part.replace(/\{\{(\w+)\}\}/g, (_, name: string) => String(look(name))) : look(whole);
  };
  return fill(value) as Value;
}

/** What is at a place such as `meta/location`; undefined when nothing is. */
const at = (body: unknown, place: string): unknown =>
  place
    .split('/')
    .reduce<unknown>(
      (found, name) => (typeof found === 'object' && found !== null ? Reflect.get(found, name) : undefined),
      body,
    );
