import { createHash } from 'node:crypto';
import type { OpenApi } from './document.js';
import { outlineOf, type OperationOutline, type Outline, type Row } from './outline.js';

/** One accent, neutral greys, four sizes; dark and light as the reader's system has it. */
const STYLE = `
:root { color-scheme: light dark; --text: #1a1d21; --dim: #5f6771; --line: #e3e6ea; --back: #fff; --code: #f5f6f8; --accent: #4353c9; }
@media (prefers-color-scheme: dark) {
  :root { --text: #e4e7eb; --dim: #9aa3ad; --line: #2c3138; --back: #14171a; --code: #1c2025; --accent: #9aa6ff; }
}
* { box-sizing: border-box; }
body { margin: 0; display: grid; grid-template-columns: 272px minmax(0, 1fr); font: 14px/1.5 system-ui, sans-serif; color: var(--text); background: var(--back); }
nav { position: sticky; top: 0; height: 100vh; overflow: auto; padding: 24px 16px; border-right: 1px solid var(--line); }
nav ul { list-style: none; margin: 0 0 16px; padding: 0; }
nav a { display: block; padding: 2px 8px; color: var(--dim); text-decoration: none; overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
nav a:hover, nav a:focus { color: var(--accent); }
main { max-width: 960px; padding: 24px 40px 80px; }
h1 { font-size: 24px; margin: 0 0 8px; }
h2 { font-size: 18px; margin: 48px 0 8px; }
h3 { font-size: 14px; margin: 0; }
section { border-top: 1px solid var(--line); padding: 24px 0; }
code, pre, .method { font: 12px/1.5 ui-monospace, monospace; }
pre { background: var(--code); padding: 12px; overflow: auto; max-height: 320px; margin: 8px 0; }
table { border-collapse: collapse; table-layout: fixed; width: 100%; margin: 8px 0; }
a { color: var(--accent); }
td { padding: 4px 16px 4px 0; border-top: 1px solid var(--line); vertical-align: top; }
td { width: 26%; overflow-wrap: anywhere; }
td:last-child { width: auto; }
.method { color: var(--accent); font-weight: 600; }
.dim, td.value { color: var(--dim); }
.label { font-size: 12px; color: var(--dim); margin: 16px 0 0; }
summary { cursor: pointer; color: var(--dim); font-size: 12px; }
@media (max-width: 800px) { body { display: block; } nav { position: static; height: auto; border: 0; } main { padding: 24px 16px; } }
`;

/** The page loads nothing at all, and runs no script. */
export const PAGE_POLICY = [
  "default-src 'none'",
  `style-src 'sha256-${createHash('sha256').update(STYLE).digest('base64')}'`,
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

/** The OpenAPI document as a page of HTML. */
export function apiPage(document: OpenApi): string {
  const outline = outlineOf(document);
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${text(outline.title)}</title>
<style>${STYLE}</style>
</head>
<body>
${navigation(outline)}
<main>
<h1>${text(outline.title)}</h1>
<p>${prose(outline.description)}</p>
<p class="dim">Version ${text(document.info.version)}. The same as <a href="/openapi.json">OpenAPI 3.1</a>.</p>
${outline.parts.map(({ name, operations }) => `<h2>${text(name)}</h2>${operations.map(operation).join('')}`).join('\n')}
<h2>Objects</h2>
${outline.objects.map(({ name, description, fields }) => `<section id="${name}"><h3>${text(name)}</h3><p>${prose(description)}</p>${table(fields)}</section>`).join('\n')}
</main>
</body>
</html>
`;
}

const navigation = ({ parts }: Outline): string =>
  `<nav aria-label="Operations">${parts
    .map(({ name, operations }) => {
      const items = operations.map(({ id, summary }) => `<li><a href="#${id}">${text(summary)}</a></li>`);
      return `<h3>${text(name)}</h3><ul>${items.join('')}</ul>`;
    })
    .join('')}</nav>`;

const operation = (one: OperationOutline): string => `<section id="${one.id}">
<h3><span class="method">${one.method}</span> <code>${text(one.path)}</code></h3>
<p>${prose(one.summary)}.${one.isPublic ? ' <span class="dim">Public.</span>' : ''} ${prose(one.description)}</p>
${table(one.parameters)}
${one.body === undefined || one.body.fields.length === 0 ? '' : `<p class="label">Body</p>${table(one.body.fields)}${example(one.body.example)}`}
${one.answers.map(answer).join('')}
${one.refusals.length === 0 ? '' : `<p class="label">Refused with</p><p>${one.refusals.map(({ status, title }) => `<span title="${text(title)}">${status}</span>`).join(', ')}</p>`}
</section>`;

const answer = ({ status, description, contents }: OperationOutline['answers'][number]): string =>
  `<p class="label">${status} ${text(description)}</p>${contents
    .map(
      ({ type, value, fields, example: shown }) =>
        `<p><code>${text(type)}</code> <span class="dim">${text(value)}</span></p>${table(fields)}${example(shown)}`,
    )
    .join('')}`;

const example = (shown: string): string => `<details><summary>Example</summary><pre>${text(shown)}</pre></details>`;

function table(rows: readonly Row[]): string {
  if (rows.length === 0) return '';
  const cells = rows.map(({ name, where, isRequired, value, description }) => {
    const shown = `<code>${text(name)}</code>${isRequired ? ' <span class="dim">required</span>' : ''}`;
    const about = where === '' ? value : `${value}, in ${where}`;
    return `<tr><td>${shown}</td><td class="value">${text(about)}</td><td>${prose(description)}</td></tr>`;
  });
  return `<table>${cells.join('')}</table>`;
}

const ESCAPES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

const text = (plain: string): string => plain.replace(/[&<>"']/g, (sign) => ESCAPES[sign] ?? sign);

/** Text in which code stands between backticks. */
const prose = (plain: string): string => text(plain).replace(/`([^`]+)`/g, '<code>$1</code>');
