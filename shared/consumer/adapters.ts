import { concat } from './bytes.js';
import type { WebhookEvent } from './events.js';
import { verify, WebhookError, type VerifyOptions, type WebhookHeaders } from './verify.js';

export interface ReceiverOptions extends VerifyOptions {
  /** The endpoint's secret, or several while you change them. */
  readonly secret: string | readonly string[];
  /**
   * Called with each event that is believed. When it has resolved the webhook is answered 204, and is not sent again; when it rejects,
   * 500, and it is sent again later.
   */
  readonly onEvent: (event: WebhookEvent) => void | Promise<void>;
}

/** Larger than any event. */
const BODY_MAX_BYTES = 4 * 1024 * 1024;

interface Answer {
  readonly status: number;
  /** Empty for a success. */
  readonly text: string;
}

/** What every adapter does: believe or refuse, hand on, answer. An error of `onEvent` is thrown on for the framework to report. */
async function receive(
  rawBody: string | Uint8Array,
  headers: WebhookHeaders,
  { secret, onEvent, ...options }: ReceiverOptions,
): Promise<Answer> {
  let event: WebhookEvent;
  try {
    event = await verify(rawBody, headers, secret, options);
  } catch (error) {
    // A secret that is none is our mistake, not the sender's.
    if (!(error instanceof WebhookError) || error.code === 'malformed-secret') throw error;
    return { status: 400, text: error.message };
  }
  await onEvent(event);
  return { status: 204, text: '' };
}

/** For the Fetch API: Hono, Next.js route handlers (`export const POST = …`), Deno, Bun, workers. */
export const fetchReceiver =
  (options: ReceiverOptions): ((request: Request) => Promise<Response>) =>
  async (request) => {
    const { status, text } = await receive(new Uint8Array(await request.arrayBuffer()), request.headers, options);
    return new Response(status === 204 ? null : text, { status });
  };

/** Of a request of Node's, as Express hands it on. `body`: bytes, where a parser such as `express.raw` was before. */
export interface NodeRequest extends AsyncIterable<Uint8Array> {
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body?: unknown;
}

export interface NodeResponse {
  statusCode: number;
  end(text?: string): unknown;
}

/**
 * For Express, and for `node:http` itself, where an error of `onEvent` is answered 500 and rejects. It reads the body, unless `express.raw` has; a body that was already parsed as JSON cannot be
 * verified: put the route before `express.json()`.
 */
export const expressReceiver =
  (options: ReceiverOptions) =>
  async (request: NodeRequest, response: NodeResponse, next?: (error: unknown) => void): Promise<void> => {
    try {
      const { status, text } = await receive(await rawBodyOf(request), request.headers, options);
      response.statusCode = status;
      response.end(text);
    } catch (error) {
      if (next !== undefined) return next(error);
      response.statusCode = 500;
      response.end();
      throw error;
    }
  };

async function rawBodyOf(request: NodeRequest): Promise<Uint8Array> {
  if (request.body instanceof Uint8Array) return request.body;
  if (request.body !== undefined) {
    throw new TypeError(
      'The body was parsed before it could be verified: put the webhook route before express.json().',
    );
  }
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of request) {
    size += chunk.length;
    if (size > BODY_MAX_BYTES) throw new RangeError(`The body is larger than ${BODY_MAX_BYTES} bytes.`);
    chunks.push(chunk);
  }
  return concat(chunks);
}

/** What of a Fastify instance is needed. */
export interface FastifyInstance {
  addContentTypeParser(
    type: string,
    options: { parseAs: 'buffer' },
    parser: (request: unknown, body: Uint8Array, done: (error: Error | null, body: Uint8Array) => void) => void,
  ): unknown;
  post(path: string, handler: (request: FastifyRequest, reply: FastifyReply) => Promise<void>): unknown;
}

interface FastifyRequest {
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body?: unknown;
}

interface FastifyReply {
  code(status: number): { send(text: string): unknown };
}

/** A Fastify plugin with one route: `app.register(fastifyReceiver('/webhooks', { secret, onEvent }))`. */
export const fastifyReceiver =
  (path: string, options: ReceiverOptions) =>
  async (app: FastifyInstance): Promise<void> => {
    // The parser is this plugin's alone: other routes go on getting parsed JSON.
    app.addContentTypeParser('application/json', { parseAs: 'buffer' }, (_request, body, done) => done(null, body));
    app.post(path, async ({ headers, body }, reply) => {
      const { status, text } = await receive(body as Uint8Array, headers, options);
      await reply.code(status).send(text);
    });
  };
