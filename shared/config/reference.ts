import { variable, VARIABLE_NAMES, type VariableName } from './env.js';
import { ROLES, type Variable } from './variable.js';

const INTRODUCTION = `# Configuration

Rollcall is configured by environment variables only. Every problem is reported at once when a process starts, and the exit
code is then 78. An empty variable counts as unset. An unknown variable that begins with \`ROLLCALL_\` is refused.

This page is the output of \`rollcall config\`.
`;

const COLUMNS = ['Variable', 'Meaning', 'Value', 'Default', 'Unit', 'Used by', 'Required by'];

/** Every variable as a Markdown page with one table. Checked in as docs/configuration.md. */
export function configReference(): string {
  const lines = [COLUMNS, COLUMNS.map(() => '---'), ...VARIABLE_NAMES.map(row)];
  return `${INTRODUCTION}\n${lines.map((cells) => `| ${cells.join(' | ')} |`).join('\n')}\n`;
}

/** The same, for programs. */
export const configList = (): object[] => VARIABLE_NAMES.map((name) => ({ name, ...variable(name) }));

function row(name: VariableName): string[] {
  const { description, allowed, default: byDefault, unit, usedBy, requiredBy } = variable(name);
  return [`\`${name}\``, description, allowed, byDefault, unit ?? '', roles(usedBy), roles(requiredBy)];
}

function roles(some: Variable['usedBy']): string {
  const isAll = ROLES.every((role) => some.includes(role));
  return (isAll ? ['all', ...some.slice(ROLES.length)] : some).join(', ');
}
