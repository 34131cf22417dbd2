import { createContext, Fragment, useContext } from 'react';
import { languageOf, LANGUAGES, type Language } from '../text/language.js';
import { TEXTS, type Text } from '../text/text.js';

/** The language of the page, and what is said in it. */
interface Reading {
  readonly language: Language;
  readonly text: Text;
  readonly choose: (language: Language) => void;
}

const KEY = 'rollcall.language';

const ReadingContext = createContext<Reading | undefined>(undefined);
export const ReadingProvider = ReadingContext.Provider;

export function useReading(): Reading {
  const reading = useContext(ReadingContext);
  if (reading === undefined) throw new Error('Only what is within the page may ask for its language.');
  return reading;
}

export const useText = (): Text => useReading().text;

/** As it was chosen here, else as the browser has it. */
export const firstLanguage = (): Language => languageOf([localStorage.getItem(KEY) ?? '', ...navigator.languages]);

export const readingIn = (language: Language, choose: (language: Language) => void): Reading => ({
  language,
  text: TEXTS[language],
  choose: (chosen) => {
    localStorage.setItem(KEY, chosen);
    choose(chosen);
  },
});

/** Languages by their own names. */
export const languages = Object.entries(LANGUAGES) as [Language, string][];

export const count = (figure: number, language: Language): string => figure.toLocaleString(language);

/** A text in which names of other screens stand between `**`, and what is typed between backticks. */
export function Marked({ children }: { readonly children: string }) {
  return children.split(/(\*\*.+?\*\*|`.+?`)/).map((part, index) => {
    if (part.startsWith('**')) return <strong key={index}>{part.slice(2, -2)}</strong>;
    return part.startsWith('`') ? (
      <code key={index}>{part.slice(1, -1)}</code>
    ) : (
      <Fragment key={index}>{part}</Fragment>
    );
  });
}
