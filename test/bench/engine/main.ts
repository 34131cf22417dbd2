import { writeFileSync } from 'node:fs';
import { DECISIONS } from './decisions.js';
import { FILTERS } from './filters.js';
import { compare, type EnginePlan, type Row } from './measure.js';
import { MESSAGES } from './messages.js';
import { PATCHES } from './patches.js';
import { machine, median, renderMachine } from '../report.js';

const ALL = [...FILTERS, ...PATCHES, ...MESSAGES, ...DECISIONS];

/** Run by itself, from JavaScript as it is shipped. Arguments: the plan, and a file for the figures. */
async function main(plan: EnginePlan, json: string | undefined): Promise<void> {
  const say = (text: string): void => void process.stdout.write(`${text}\n`);
  say(`The SCIM engine. ${renderMachine()}`);
  say(`${plan.repetitions} × ${plan.ms} ms each, in turn. Medians; in brackets the least and the greatest ratio.\n`);
  say('| | Inputs | Rollcall/s | Package | Package/s | Ratio |');
  say('| --- | ---: | ---: | --- | ---: | ---: |');
  const rows: Row[] = [];
  for (const comparison of ALL) {
    for (const row of await compare(comparison, plan)) {
      say(rendered(row));
      rows.push(row);
    }
  }
  say('\nLeft out of what a package is timed at, because it differs there:\n');
  const differences = ALL.flatMap((comparison) => comparison.differences);
  for (const { at, of, why } of new Set(differences)) {
    say(`- ${of}: ${why} (${at.map((name) => `\`${name}\``).join(', ')}).`);
  }
  if (json !== undefined) writeFileSync(json, `${JSON.stringify({ plan, machine: machine(), rows }, null, 2)}\n`);
}

function rendered({ what, inputs, ours, other }: Row): string {
  const cells = [what, String(inputs), rounded(median(ours))];
  if (other === undefined) return `| ${[...cells, '', '', ''].join(' | ')} |`;
  const ratios = ours.map((our, repetition) => our / (other.perSecond[repetition] ?? NaN));
  const ratio = median(ours) / median(other.perSecond);
  const spread = `${ratio.toFixed(2)} (${Math.min(...ratios).toFixed(2)} to ${Math.max(...ratios).toFixed(2)})`;
  return `| ${[...cells, other.of, rounded(median(other.perSecond)), spread].join(' | ')} |`;
}

/** To three digits: more would be pretence. */
const rounded = (perSecond: number): string => Number(perSecond.toPrecision(3)).toLocaleString('en-US');

const [plan = '', json] = process.argv.slice(2);
void main(JSON.parse(plan) as EnginePlan, json);
