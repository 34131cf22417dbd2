/** What one metric tells, see https://prometheus.io/docs/instrumenting/exposition_formats. */
export interface Family {
  readonly name: string;
  readonly type: string;
  readonly help: string;
  readonly samples: Sample[];
}

interface Sample {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

const NAME = '[a-zA-Z_:][a-zA-Z0-9_:]*';
const LABEL = '([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\\\\\n]|\\\\[\\\\"n])*)"';
const SAMPLE = new RegExp(`^(${NAME})(?:\\{(${LABEL}(?:,${LABEL})*),?\\})? (\\S+)$`);
const PARTS: Readonly<Record<string, readonly string[]>> = {
  counter: [''],
  gauge: [''],
  histogram: ['_bucket', '_sum', '_count'],
  summary: ['', '_sum', '_count'],
};

/** Prometheus' text format, read strictly: throws at the first line that Prometheus would refuse, or that tells something twice. */
export function readExposition(text: string): ReadonlyMap<string, Family> {
  if (!text.endsWith('\n')) throw new Error('the last line does not end');
  const families = new Map<string, Family>();
  const series = new Set<string>();
  let help = new Map<string, string>();
  let family: Family | undefined;
  for (const line of text.split('\n')) {
    if (line === '') continue;
    const [, kind, name = '', rest = ''] = /^# (HELP|TYPE) (\S+) (.*)$/.exec(line) ?? [];
    if (kind === 'HELP') {
      if (help.has(name)) throw new Error(`${name} is described twice`);
      help = help.set(name, rest);
    } else if (kind === 'TYPE') {
      if (families.has(name) || PARTS[rest] === undefined) throw new Error(`${line}: a second time, or of no type`);
      family = { name, type: rest, help: help.get(name) ?? '', samples: [] };
      families.set(name, family);
    } else family?.samples.push(readSample(line, family, series));
  }
  return families;
}

function readSample(line: string, { name, type }: Family, series: Set<string>): Sample {
  const found = SAMPLE.exec(line);
  const [, sample = '', labels = ''] = found ?? [];
  const value = Number(
    found
      ?.at(-1)
      ?.replace(/^([+-]?)Inf$/, '$1Infinity')
      .replace(/^NaN$/, 'NaN') ?? 'no',
  );
  if (found === null || (Number.isNaN(value) && found.at(-1) !== 'NaN')) throw new Error(`${line}: no sample`);
  if (!(PARTS[type] ?? []).includes(sample.slice(name.length)) || !sample.startsWith(name)) {
    throw new Error(`${line}: not of the ${type} ${name}`);
  }
  if (series.has(sample + labels)) throw new Error(`${line}: told twice`);
  series.add(sample + labels);
  const pairs = [...labels.matchAll(new RegExp(LABEL, 'g'))].map(([, label = '', text = '']) => [label, text]);
  return { name: sample, labels: Object.fromEntries(pairs) as Record<string, string>, value };
}
