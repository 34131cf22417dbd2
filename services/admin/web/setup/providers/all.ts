import { cyberark } from './cyberark.js';
import { entra } from './entra.js';
import { google } from './google.js';
import { jumpcloud } from './jumpcloud.js';
import { okta } from './okta.js';
import { onelogin } from './onelogin.js';
import { other } from './other.js';
import { pingfederate } from './pingfederate.js';
import type { Provider, Way } from './provider.js';
import { rippling } from './rippling.js';

/** In the order in which they are offered. */
export const PROVIDERS: readonly Provider[] = [
  okta,
  entra,
  google,
  onelogin,
  jumpcloud,
  pingfederate,
  rippling,
  cyberark,
  other,
];

/** One that is not among them, such as a directory's that was made elsewhere, is any other. */
export const providerOf = (id: string): Provider => PROVIDERS.find((provider) => provider.id === id) ?? other;

export const wayOf = (provider: Provider, id: string | undefined): Way =>
  provider.ways.find((way) => way.id === id) ?? provider.ways[0];
