import type { Readable } from 'node:stream';

/** One piece of a stream of Server-Sent Events: an event, or a heartbeat, which has no data. */
export interface Message {
  /** Where to go on after it. */
  readonly id: string;
  readonly data: string | undefined;
}

/** The messages of a text/event-stream, as they come (WHATWG HTML, 9.2.6); one that is cut short is left out. */
export async function* readMessages(stream: Readable): AsyncGenerator<Message> {
  const decoder = new TextDecoder();
  let id = '';
  let data: string[] = [];
  let rest = '';
  for await (const chunk of stream) {
    const lines = (rest + decoder.decode(chunk as Buffer, { stream: true })).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) {
      if (line === '') {
        yield { id, data: data.length === 0 ? undefined : data.join('\n') };
        data = [];
      } else if (line.startsWith('id: ')) id = line.slice(4);
      else if (line.startsWith('data: ')) data.push(line.slice(6));
    }
  }
}
