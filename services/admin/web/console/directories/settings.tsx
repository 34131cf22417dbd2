import { useState } from 'react';
import { api, errorAt } from '../../api.js';
import { Button } from '../../ui/button.js';
import { classes } from '../../ui/classes.js';
import { Confirm } from '../../ui/confirm.js';
import { Field } from '../../ui/field.js';
import { Failed } from '../../ui/notice.js';
import { Select } from '../../ui/select.js';
import { useAction } from '../../use-action.js';
import { Section } from '../panel.js';
import { useMayChange } from '../session.js';
import type { Directory } from '../shapes.js';
import { submitting } from '../submitting.js';
import { DeleteDirectory } from './delete.js';
import type { ViewProps } from './directory.js';
import styles from './directories.module.css';
import { Guard } from './guard.js';
import { Senders } from './senders.js';
import { SetupLinks } from './setup-links.js';
import { PROVIDERS } from './state.js';
import { Tokens } from './tokens.js';

/** Everything of a directory that an operator decides. */
export function Settings({ directory, head, reload }: ViewProps) {
  const mayChange = useMayChange();
  if (directory.state === 'deleted') {
    return (
      <>
        {head()}
        <div className={styles.page}>The directory is deleted; there is nothing left to set.</div>
      </>
    );
  }
  return (
    <>
      {head()}
      <div className={classes(styles.page, styles.narrow)}>
        {mayChange && <Names directory={directory} onSaved={reload} />}
        <SetupLinks directoryId={directory.id} />
        <Tokens directory={directory} />
        <Senders directory={directory} onSaved={reload} />
        <Guard directory={directory} onSaved={reload} />
        {mayChange && <Ends directory={directory} onChanged={reload} />}
      </div>
    </>
  );
}

interface PartProps {
  readonly directory: Directory;
  readonly onSaved: () => void;
}

function Names({ directory, onSaved }: PartProps) {
  const [name, setName] = useState(directory.name);
  const [provider, setProvider] = useState(directory.provider ?? '');
  const { run, isBusy, problem } = useAction(async () => {
    const body = { name, provider: provider === '' ? null : provider };
    await api(`/v1/directories/${directory.id}`, { method: 'PATCH', body });
    onSaved();
  });
  const isSaved = name === directory.name && provider === (directory.provider ?? '');
  const unlisted = provider !== '' && !(provider in PROVIDERS) ? { [provider]: provider } : {};
  return (
    <Section title="Name and provider">
      <form className="stack" onSubmit={submitting(run)} noValidate>
        <Field
          label="Name"
          value={name}
          maxLength={200}
          error={errorAt(problem, 'name')}
          onChange={(event) => setName(event.target.value)}
        />
        <Select
          label="Identity provider"
          value={provider}
          options={{ '': 'Not known', ...PROVIDERS, ...unlisted }}
          onChange={setProvider}
        />
        {problem?.errors.length === 0 && <Failed problem={problem} />}
        <div className={styles.row}>
          <Button type="submit" isBusy={isBusy} disabled={isSaved}>
            Save
          </Button>
        </div>
      </form>
    </Section>
  );
}

/** Ways to end what the directory does: for a while, or for good. */
function Ends({ directory, onChanged }: { readonly directory: Directory; readonly onChanged: () => void }) {
  const [asked, setAsked] = useState<'disable' | 'delete'>();
  const turn = useAction(async (enabled: boolean) => {
    await api(`/v1/directories/${directory.id}`, { method: 'PATCH', body: { enabled } });
    onChanged();
  });
  return (
    <Section title="Disable or delete">
      {turn.problem && <Failed problem={turn.problem} />}
      <div className={styles.row}>
        {directory.enabled ? (
          <Button onClick={() => setAsked('disable')}>Disable…</Button>
        ) : (
          <Button kind="primary" isBusy={turn.isBusy} onClick={() => void turn.run(true)}>
            Enable
          </Button>
        )}
        <Button kind="danger" onClick={() => setAsked('delete')}>
          Delete…
        </Button>
      </div>
      {asked === 'disable' && (
        <Confirm
          title={`Disable ${directory.name}?`}
          action="Disable"
          onClose={() => setAsked(undefined)}
          onConfirm={() => turn.run(false)}
        >
          <p>
            The identity provider is answered 403 until it is enabled again, and will report errors. What has been
            committed is still delivered; nothing is lost or deleted.
          </p>
        </Confirm>
      )}
      {asked === 'delete' && <DeleteDirectory directory={directory} onClose={() => setAsked(undefined)} />}
    </Section>
  );
}
