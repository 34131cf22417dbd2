import { Agent } from 'undici';

/** The measure of deliveries: undici alone, which posts a kilobyte as often as it goes. Arguments: URL, seconds, how many at once. */

async function main(url: string, seconds: number, atOnce: number): Promise<void> {
  const agent = new Agent({ pipelining: 1, connections: atOnce });
  const { origin, pathname: path } = new URL(url);
  const body = Buffer.from(JSON.stringify({ text: 'x'.repeat(1024) }));
  const end = performance.now() + seconds * 1000;
  let count = 0;
  const loop = async (): Promise<void> => {
    while (performance.now() < end) {
      const answer = await agent.request({ origin, path, method: 'POST', body });
      await answer.body.dump();
      count += 1;
    }
  };
  await Promise.all(Array.from({ length: atOnce }, loop));
  process.stdout.write(`${count / seconds}\n`);
  await agent.destroy();
}

const [url = '', seconds = '', atOnce = ''] = process.argv.slice(2);
void main(url, Number(seconds), Number(atOnce));
