import { useId, useState, type KeyboardEvent } from 'react';
import { pathWith } from '../api.js';
import { classes } from '../ui/classes.js';
import field from '../ui/field.module.css';
import { useApi } from '../use-api.js';
import { calledAs, useName, type Kind, type Named } from './names.js';
import styles from './picker.module.css';

interface Props {
  readonly kind: Kind;
  readonly label: string;
  /** The id that is chosen; '': none is. */
  readonly value: string;
  readonly onChange: (id: string) => void;
  readonly isFilter?: boolean;
  readonly hint?: string;
  readonly error?: string | undefined;
}

const SHOWN = 8;

/** Chooses one of very many: what is typed is searched for by the API (the combobox of the ARIA Authoring Practices). */
export function Picker({ kind, label, value, onChange, isFilter = false, hint, error }: Props) {
  const id = useId();
  const [typed, setTyped] = useState<string>();
  const [at, setAt] = useState(0);
  const chosenName = useName(kind, value);
  const choices = useChoices(kind, typed);
  const choose = (choice: Named | undefined): void => {
    setTyped(undefined);
    if (choice !== undefined) onChange(choice.id);
  };
  const pressed = (event: KeyboardEvent): void => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step !== undefined && choices.length > 0) setAt((at + step + choices.length) % choices.length);
    else if (event.key === 'Enter' && typed !== undefined) choose(choices[at]);
    else if (event.key === 'Escape' && typed !== undefined) setTyped(undefined);
    else return;
    event.preventDefault();
    event.stopPropagation();
  };
  const isOpen = typed !== undefined;
  return (
    <div className={classes(field.field, styles.picker, isFilter && styles.filter)}>
      <label htmlFor={id} className={isFilter ? 'unseen' : undefined}>
        {label}
      </label>
      <input
        id={id}
        role="combobox"
        className={classes(field.input, value !== '' && styles.isSet)}
        autoComplete="off"
        placeholder={isFilter ? label : 'Type a part of the name'}
        aria-expanded={isOpen}
        aria-controls={`${id}-choices`}
        aria-activedescendant={isOpen && choices.length > 0 ? `${id}-${at}` : undefined}
        aria-describedby={`${id}-about`}
        aria-invalid={error !== undefined}
        value={typed ?? chosenName}
        onFocus={() => setTyped('')}
        onBlur={() => setTyped(undefined)}
        onKeyDown={pressed}
        onChange={(event) => {
          setTyped(event.target.value);
          setAt(0);
        }}
      />
      {value !== '' && !isOpen && (
        <button type="button" className={styles.clear} aria-label={`Clear: ${label}`} onClick={() => onChange('')}>
          ×
        </button>
      )}
      {isOpen && <Choices id={id} label={label} choices={choices} at={at} onChoose={choose} />}
      <p id={`${id}-about`} className={error === undefined ? field.hint : field.error}>
        {error ?? hint}
      </p>
    </div>
  );
}

interface ChoicesProps {
  readonly id: string;
  readonly label: string;
  readonly choices: readonly Named[];
  /** Which one Enter chooses. */
  readonly at: number;
  readonly onChoose: (choice: Named) => void;
}

function Choices({ id, label, choices, at, onChoose }: ChoicesProps) {
  return (
    <ul id={`${id}-choices`} role="listbox" aria-label={label} className={styles.choices}>
      {choices.map((choice, index) => (
        <li
          key={choice.id}
          id={`${id}-${index}`}
          role="option"
          aria-selected={index === at}
          className={classes(styles.choice, index === at && styles.at)}
          // Before the field loses the focus, which closes the list.
          onMouseDown={() => onChoose(choice)}
        >
          {calledAs(choice)}
        </li>
      ))}
      {choices.length === 0 && (
        <li role="option" aria-selected={false} aria-disabled="true" className={styles.none}>
          Nothing has that in its name
        </li>
      )}
    </ul>
  );
}

/** Endpoints are few enough to be looked through here. */
function useChoices(kind: Kind, typed: string | undefined): readonly Named[] {
  const limit = kind === 'endpoints' ? 100 : SHOWN;
  const q = kind === 'endpoints' ? undefined : typed;
  const { data } = useApi<{ data: readonly Named[] }>(
    typed === undefined ? undefined : pathWith(`/v1/${kind}`, { limit, q }),
  );
  const wanted = typed?.toLowerCase() ?? '';
  return (data?.data ?? [])
    .filter((choice) => calledAs(choice).toLowerCase().includes(wanted) || kind !== 'endpoints')
    .slice(0, SHOWN);
}
