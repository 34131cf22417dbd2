import type { ServerResponse } from 'node:http';

/** The status by which an answer is known that its client did not wait for. */
export const NOBODY_WAITED = 499;

/** The status of an answer once it is over, 499 where the client had gone before it was complete. */
export const statusOf = ({
  writableEnded,
  statusCode,
}: Pick<ServerResponse, 'writableEnded' | 'statusCode'>): number => (writableEnded ? statusCode : NOBODY_WAITED);

/** The class of an answer's status, as the label `answer` of metrics has it: "2xx". */
export const answerClass = (status: number): string => `${Math.floor(status / 100)}xx`;
