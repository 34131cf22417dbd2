import type { OpenApi } from './document.js';
import { outlineOf, type OperationOutline, type Row } from './outline.js';

/** The OpenAPI document as a Markdown page. Checked in as docs/api.md. */
export function apiReference(document: OpenApi): string {
  const { parts, objects } = outlineOf(document);
  return [
    '# Management API: reference',
    'Every operation, from the same source as `/openapi.json` and `/docs`; [management-api.md](management-api.md) explains what they are for.\nFields in bold are required. What a refusal is, and what every answer has beside its body, is said there.',
    ...parts.flatMap(({ name, operations }) => [`## ${name}`, ...operations.flatMap(operation)]),
    '## Objects',
    ...objects.flatMap(({ name, description, fields }) => [`### ${name}`, description, table(fields)]),
  ]
    .filter((block) => block !== '')
    .join('\n\n')
    .concat('\n');
}

const operation = (one: OperationOutline): string[] => [
  `### ${one.method} ${one.path}`,
  `${one.summary}.${one.isPublic ? ' Public.' : ''}`,
  one.description,
  table(one.parameters),
  one.body === undefined || one.body.fields.length === 0 ? '' : `Body:\n\n${table(one.body.fields)}`,
  [
    ...one.answers.map(({ status, description, contents }) => {
      const values = contents.map(({ type, value }) => (type === 'application/json' ? value : `${type} (${value})`));
      return `- ${status}: ${values.length === 0 ? description.toLowerCase() : values.join('; or ')}`;
    }),
    ...(one.refusals.length === 0 ? [] : [`- refused with ${one.refusals.map(({ status }) => status).join(', ')}`]),
  ].join('\n'),
  ...one.answers.flatMap(({ contents }) => contents.map(({ fields }) => table(fields))).slice(0, 1),
];

function table(rows: readonly Row[]): string {
  if (rows.length === 0) return '';
  const lines = rows.map(({ name, where, isRequired, value, description }) =>
    [
      isRequired ? `**\`${name}\`**` : `\`${name}\``,
      [value, where === '' ? [] : [`in ${where}`]].flat().join('; '),
      description,
    ]
      .map((cell) => cell.replaceAll('|', '\\|'))
      .join(' | '),
  );
  return ['| Field | Value | Meaning |', '| --- | --- | --- |', ...lines.map((line) => `| ${line} |`)].join('\n');
}
