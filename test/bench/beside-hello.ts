import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Bench } from './bench.js';
import { startLoad } from './load-process.js';
import { renderPair, renderPlan, renderResult, resultOf, type Pair, type Plan } from './report.js';
import { startHello, startRollcall } from './servers.js';

/** Measures a bench beside a bare Express 5, the one and the other in turn. Fails when a request fails. */
export async function measureBesideHello(
  bench: Bench,
  plan: Plan,
  say: (text: string) => void,
  json: string | undefined,
): Promise<void> {
  const load = startLoad(plan.connections);
  const [helloServer, rollcall] = await Promise.all([startHello(), startRollcall()]);
  try {
    const hello = load.against(helloServer.port, join(__dirname, 'hello.ts'));
    const subject = await bench.open(rollcall, load);
    say(renderPlan(plan));
    const pair = async (length: number): Promise<Pair> => ({
      hello: await hello.measure(length),
      bench: await subject.measure(length),
    });
    const warm = await pair(plan.warmupSeconds);
    const pairs: Pair[] = [];
    for (let number = 1; number <= plan.repetitions; number += 1) {
      const measured = await pair(plan.seconds);
      pairs.push(measured);
      say(renderPair(measured, number));
    }
    const result = resultOf(plan, warm, pairs);
    say(renderResult(result));
    if (json !== undefined) writeFileSync(json, `${JSON.stringify(result, null, 2)}\n`);
    if (result.failed > 0) process.exitCode = 1;
  } finally {
    load.stop();
    await Promise.all([helloServer.stop(), rollcall.stop()]);
  }
}
