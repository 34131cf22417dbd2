import { useId, useState, type ReactNode, type SyntheticEvent } from 'react';
import { api, type ApiProblem } from '../api.js';
import { Button } from '../ui/button.js';

import { problemFrom } from '../use-api.js';
import styles from './choose.module.css';
import { PROVIDERS, providerOf, wayOf } from './providers/all.js';
import type { Provider } from './providers/provider.js';
import { useReading, useText } from './reading.js';
import { Refused } from './refused.js';
import { Step } from './step.js';
import type { StepProps } from './set-up.js';

/** Which provider, and where there are several ways to connect it, which one. */
export function Choose({ live, set, way, onWay, go }: StepProps) {
  const text = useText();
  const before = set.directory.provider === null ? undefined : providerOf(set.directory.provider);
  const [chosen, setChosen] = useState(before);
  const [wayId, setWayId] = useState(way.id);
  const [isBusy, setBusy] = useState(false);
  const [problem, setProblem] = useState<ApiProblem>();
  const save = async (provider: Provider): Promise<void> => {
    if (provider !== before) await api('/setup/directory', { method: 'PATCH', body: { provider: provider.id } });
    onWay(wayOf(provider, wayId).id);
    live.reload();
    go('connect');
  };
  const submit = (event: SyntheticEvent): void => {
    event.preventDefault();
    if (chosen === undefined) return;
    setBusy(true);
    save(chosen)
      .catch((error: unknown) => setProblem(problemFrom(error)))
      .finally(() => setBusy(false));
  };
  return (
    <Step title={text.choose.title} intro={text.choose.intro(set.app.name)}>
      <form className={styles.form} onSubmit={submit}>
        <fieldset className={styles.providers}>
          <legend className="unseen">{text.choose.title}</legend>
          {PROVIDERS.map((provider) => (
            <Option
              key={provider.id}
              group="provider"
              isChosen={provider === chosen}
              onChoose={() => setChosen(provider)}
            >
              {provider.id === 'other' ? text.otherProvider : provider.name}
            </Option>
          ))}
        </fieldset>
        {chosen && chosen.ways.length > 1 && (
          <Ways provider={chosen} chosen={wayOf(chosen, wayId).id} onChoose={setWayId} />
        )}
        {problem && <Refused problem={problem} />}
        <div>
          <Button type="submit" kind="primary" isBusy={isBusy} disabled={chosen === undefined}>
            {text.next}
          </Button>
        </div>
      </form>
    </Step>
  );
}

interface WaysProps {
  readonly provider: Provider;
  readonly chosen: string;
  readonly onChoose: (id: string) => void;
}

function Ways({ provider, chosen, onChoose }: WaysProps) {
  const { language, text } = useReading();
  return (
    <fieldset className={styles.ways}>
      <legend>{text.choose.ways}</legend>
      {provider.ways.map(({ id, name }) => (
        <Option key={id} group="way" isChosen={id === chosen} onChoose={() => onChoose(id)}>
          {name[language]}
        </Option>
      ))}
    </fieldset>
  );
}

interface OptionProps {
  readonly group: string;
  readonly isChosen: boolean;
  readonly onChoose: () => void;
  readonly children: ReactNode;
}

function Option({ group, isChosen, onChoose, children }: OptionProps) {
  const id = useId();
  return (
    <label htmlFor={id} className={styles.option}>
      <input id={id} type="radio" name={group} checked={isChosen} onChange={onChoose} />
      <span>{children}</span>
    </label>
  );
}
