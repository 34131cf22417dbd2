/** Languages that everything of the set-up page is written in: to add one, name it here, and the compiler lists what is missing. */
export const LANGUAGES = { en: 'English', fr: 'Français' } as const;

export type Language = keyof typeof LANGUAGES;

/** A text in each language. Names of other products' screens stand between `**`, what is typed between backticks. */
export type Localized = Readonly<Record<Language, string>>;

const isLanguage = (text: string): text is Language => Object.hasOwn(LANGUAGES, text);

/** The first language of the reader's that there is: `['fr-CA', 'en']` is French. */
export function languageOf(wanted: readonly string[]): Language {
  const known = wanted.map((tag) => tag.toLowerCase().split('-')[0] ?? '').find(isLanguage);
  return known ?? 'en';
}
