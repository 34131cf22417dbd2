import { useEffect, type ReactNode } from 'react';
import { accentsOf, type Accents } from './brand.js';
import type { SetupView } from '../../setup/directory.js';
import styles from './frame.module.css';
import { languages, useReading } from './reading.js';
import type { Language } from '../text/language.js';

interface Props {
  /** Of whom the page is; unknown without a session. */
  readonly brand?: SetupView['app'];
  /** For whom it is. */
  readonly about?: string;
  readonly children: ReactNode;
}

/** Name and logo of the host application, the choice of a language, and what is below. */
export function Frame({ brand, about, children }: Props) {
  const { language, text, choose } = useReading();
  const accents = brand?.color == null ? undefined : accentsOf(brand.color);
  useEffect(() => {
    if (accents !== undefined) paint(document.documentElement, accents);
  });
  return (
    <>
      <header className={styles.head}>
        {brand && (
          <p className={styles.brand}>
            {brand.logoUrl === null ? (
              <span className={styles.initial} aria-hidden="true">
                {brand.name.charAt(0).toUpperCase()}
              </span>
            ) : (
              <img src={brand.logoUrl} alt="" className={styles.logo} />
            )}
            <strong>{brand.name}</strong>
            {about !== undefined && <span className={styles.about}>{about}</span>}
          </p>
        )}
        <label className={styles.language}>
          <span className="unseen">{text.language}</span>
          <select value={language} onChange={({ target }) => choose(target.value as Language)}>
            {languages.map(([code, name]) => (
              <option key={code} value={code} lang={code}>
                {name}
              </option>
            ))}
          </select>
        </label>
      </header>
      {children}
    </>
  );
}

/** Gives the page the application's colour: properties that a script sets need no leave of the content security policy. */
function paint({ style }: HTMLElement, { light, dark, ground, hover, on }: Accents): void {
  style.setProperty('--accent', `light-dark(${light}, ${dark})`);
  style.setProperty('--accent-ground', ground);
  style.setProperty('--accent-hover', hover);
  style.setProperty('--on-accent', on);
  style.setProperty('--chosen', 'color-mix(in srgb, var(--accent) 14%, var(--surface))');
}
