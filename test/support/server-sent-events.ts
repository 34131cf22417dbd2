import { get } from 'node:http';

export interface Happening {
  readonly id?: string;
  readonly event: string;
  readonly data: unknown;
}

/** Listens to a stream of events until `enough` says so; answers all that came. */
export function listen(
  url: string,
  headers: Readonly<Record<string, string>>,
  enough: (all: readonly Happening[]) => boolean,
): Promise<Happening[]> {
  return new Promise((resolve, reject) => {
    get(url, { headers }, (answer) => {
      let text = '';
      answer.setEncoding('utf8').on('data', (chunk: string) => {
        text += chunk;
        const all = text.split('\n\n').slice(0, -1).map(read);
        if (!enough(all)) return;
        answer.destroy();
        resolve(all);
      });
    }).on('error', reject);
  });
}

function read(block: string): Happening {
  const fields = new Map(block.split('\n').map((line) => line.split(/: (.*)/s) as [string, string]));
  const id = fields.get('id');
  return {
    ...(id !== undefined && { id }),
    event: fields.get('event') ?? '',
    data: JSON.parse(fields.get('data') ?? '{}'),
  };
}
