import { useState } from 'react';
import { api, type ApiProblem } from '../../api.js';
import { Button } from '../../ui/button.js';
import { Diff } from '../../ui/diff.js';
import { Failed, Loading, Notice } from '../../ui/notice.js';
import { useAction } from '../../use-action.js';
import { useApi, useEvery } from '../../use-api.js';
import { Section } from '../panel.js';
import { useMayChange } from '../session.js';
import type { Group, Mapping, MappingPreview } from '../shapes.js';
import type { ViewProps } from './directory.js';
import styles from './directories.module.css';
import { MappingFields, type Rules } from './mapping-fields.js';

const LOOK_MS = 2_000;

/** How users become user data: where fields come from, and which roles groups give; tried out on stored users before it is saved. */
export function MappingView({ head, base }: ViewProps) {
  const { data, problem, reload } = useApi<Mapping>(`/v1${base}/mapping`);
  const isUnderWay = data?.remap !== undefined && data.remap !== null;
  useEvery(LOOK_MS, () => isUnderWay && reload());
  return (
    <>
      {head()}
      <div className={styles.page}>
        {problem && <Failed problem={problem} retry={reload} />}
        {data === undefined && problem === undefined && <Loading />}
        {data?.remap && (
          <Notice tone="info">
            <p>Users are being told of the last change: {data.remap.users.toLocaleString('en')} so far.</p>
          </Notice>
        )}
        {data && <Draft saved={data} base={base} onSaved={reload} />}
      </div>
    </>
  );
}

interface DraftProps {
  readonly saved: Mapping;
  readonly base: string;
  readonly onSaved: () => void;
}

function Draft({ saved, base, onSaved }: DraftProps) {
  const mayChange = useMayChange();
  const [rules, setRules] = useState<Rules>({ attributes: saved.attributes, roles: saved.roles });
  const [preview, setPreview] = useState<MappingPreview>();
  const groups = useApi<{ data: readonly Group[] }>(`/v1${base}/groups?limit=100`).data?.data ?? [];
  const trial = useAction(async () => {
    setPreview(undefined);
    setPreview(await api(`/v1${base}/mapping/preview?limit=20`, { method: 'POST', body: rules }));
  });
  const save = useAction(async () => {
    await api(`/v1${base}/mapping`, { method: 'PUT', body: rules });
    setPreview(undefined);
    onSaved();
  });
  const problem: ApiProblem | undefined = save.problem ?? trial.problem;
  const change = (next: Rules): void => {
    setRules(next);
    setPreview(undefined);
  };
  return (
    <>
      <MappingFields
        rules={rules}
        groups={groups}
        mayChange={mayChange}
        errorOf={(field) => problem?.errors.find((error) => error.field === field)?.message}
        onChange={change}
      />
      {problem?.errors.length === 0 && <Failed problem={problem} />}
      <div className={styles.row}>
        <Button isBusy={trial.isBusy} onClick={() => void trial.run()}>
          Try it on the first users
        </Button>
        {mayChange && (
          <Button kind="primary" isBusy={save.isBusy} disabled={isSame(rules, saved)} onClick={() => void save.run()}>
            Save, and tell every user it concerns
          </Button>
        )}
      </div>
      {preview && <Preview preview={preview} />}
    </>
  );
}

const isSame = (rules: Rules, { attributes, roles }: Mapping): boolean =>
  JSON.stringify(rules) === JSON.stringify({ attributes, roles });

function Preview({ preview: { data, counts } }: { readonly preview: MappingPreview }) {
  const changed = data.filter((user) => user.changed.length > 0);
  return (
    <Section title={`${counts.changed} of the first ${counts.users} users would change`}>
      {changed.map(({ id, userName, changed: fields, before, after }) => (
        <div key={id} className="stack">
          <h4 className={styles.strong}>{userName}</h4>
          <Diff previous={only(fields, before)} data={after} />
        </div>
      ))}
    </Section>
  );
}

const only = (fields: readonly string[], data: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> =>
  Object.fromEntries(fields.map((field) => [field, data[field]]));
