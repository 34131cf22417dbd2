import { en } from './en.js';
import { fr } from './fr.js';
import type { Language } from './language.js';

/** Everything that the set-up page says, but for the steps of the providers, which each of them has itself. */
export type Text = typeof en;

export const TEXTS: Readonly<Record<Language, Text>> = { en, fr };
