import http from 'node:http';

/** Of an Express app, the prototypes that it gives its messages. */
interface ExpressApp {
  request: object;
  response: object;
}

/** Classes for `http.createServer`. */
export interface ExpressMessages {
  readonly IncomingMessage: typeof http.IncomingMessage;
  readonly ServerResponse: typeof http.ServerResponse;
  /** Makes them the app's, at most once. The app is called as ever; other handlers see ordinary messages. */
  readonly adopt: (app: ExpressApp) => void;
}

/**
 * Requests and responses that are born with the prototypes of an Express app. Express gives each message its prototype when it
 * arrives, and V8 forgets all that it has learnt of an object whose prototype is exchanged, in Node's own streams too: measured
 * with an empty POST handler, that was more than half of the time of a request.
 */
export function createExpressMessages(): ExpressMessages {
  class IncomingMessage extends http.IncomingMessage {}
  class ServerResponse<R extends http.IncomingMessage> extends http.ServerResponse<R> {}
  return {
    IncomingMessage,
    ServerResponse,
    adopt(app) {
      app.request = Object.setPrototypeOf(IncomingMessage.prototype, app.request) as object;
      app.response = Object.setPrototypeOf(ServerResponse.prototype, app.response) as object;
    },
  };
}
