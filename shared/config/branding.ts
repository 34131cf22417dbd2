import { readFileSync, statSync } from 'node:fs';

/** The host application, as its customers' admins see it in the set-up page. */
export interface Branding {
  readonly name: string;
  /** Null: there is none. */
  readonly logo: Picture | null;
  /** `#rrggbb`; null: ours. */
  readonly color: string | null;
}

interface Picture {
  readonly type: 'image/svg+xml' | 'image/png';
  readonly bytes: Buffer;
}

/** The same as it is configured, with the path of the logo. */
export interface BrandingConfig {
  readonly name: string;
  readonly logoFile: string | undefined;
  readonly color: string | undefined;
}

const LOGO_MAX_BYTES = 65_536;
const PNG = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);

/** Reads the logo. Throws an error that names the variable, and what is wrong with the file. */
export const readBranding = ({ name, logoFile, color }: BrandingConfig): Branding => ({
  ...{ name, color: color ?? null },
  logo: logoFile === undefined ? null : readLogo(logoFile),
});

function readLogo(file: string): Picture {
  const refusal = (why: string): Error => new Error(`ROLLCALL_APP_LOGO ${file}: ${why}`);
  if (statSync(file, { throwIfNoEntry: false })?.isFile() !== true) {
    throw refusal('there is no such file; give the path of an SVG or PNG file');
  }
  const bytes = readFileSync(file);
  if (bytes.length > LOGO_MAX_BYTES) {
    throw refusal(`it has ${bytes.length} bytes, at most ${LOGO_MAX_BYTES} are allowed; make it smaller`);
  }
  const type = typeOf(bytes);
  if (type === undefined) throw refusal('it is neither SVG nor PNG; give one of those');
  return { type, bytes };
}

/** By what is in it: the name of a file says nothing. */
function typeOf(bytes: Buffer): Picture['type'] | undefined {
  if (bytes.subarray(0, PNG.length).equals(PNG)) return 'image/png';
  return /^\uFEFF?\s*(<\?xml[^>]*\?>|<!--[^]*?-->|<!DOCTYPE[^>]*>|\s)*<svg[\s>]/i.test(bytes.toString('utf8'))
    ? 'image/svg+xml'
    : undefined;
}
