import { useState } from 'react';
import { api, errorAt } from '../../api.js';
import { Button } from '../../ui/button.js';
import { CopyLine } from '../../ui/copy-line.js';
import { DialogActions } from '../../ui/dialog.js';
import { Field } from '../../ui/field.js';
import { Failed } from '../../ui/notice.js';
import { Secret } from '../../ui/secret.js';
import { Select } from '../../ui/select.js';
import { useAction } from '../../use-action.js';
import { Panel, Section } from '../panel.js';
import { Picker } from '../picker.js';
import { Link, useNavigate } from '../router.js';
import { useSession } from '../session.js';
import type { Directory } from '../shapes.js';
import { submitting } from '../submitting.js';
import styles from './directories.module.css';
import { NewSetupLink } from './setup-links.js';
import { PROVIDERS } from './state.js';

const BACK = '/directories';
const OTHER = { '': 'Not known yet', ...PROVIDERS };

type Made = Directory & { readonly token: string };

/** A new directory, of an organization that there is or that is made with it; then what connects it. */
export function NewDirectory({ onMade }: { readonly onMade: () => void }) {
  const [made, setMade] = useState<Made>();
  if (made !== undefined) return <MadeDirectory made={made} />;
  return (
    <Panel title="New directory" back={BACK}>
      <Form
        onMade={(directory) => {
          setMade(directory);
          onMade();
        }}
      />
    </Panel>
  );
}

interface Draft {
  /** Of an organization that there is. */
  readonly organizationId: string;
  /** Of one that is to be made; undefined: none is. */
  readonly organizationName: string | undefined;
  readonly name: string;
  readonly provider: string;
}

function Form({ onMade }: { readonly onMade: (made: Made) => void }) {
  const own = useSession().organizationId;
  const navigate = useNavigate();
  const [draft, setDraft] = useState<Draft>({
    organizationId: own ?? '',
    organizationName: undefined,
    name: '',
    provider: '',
  });
  const { run, isBusy, problem } = useAction(async () => {
    const organizationId = await organizationOf(draft);
    // Should the directory be refused, the organization is there already.
    setDraft({ ...draft, organizationId, organizationName: undefined });
    const { name, provider } = draft;
    const body = { organizationId, name, provider: provider === '' ? null : provider };
    onMade(await api<Made>('/v1/directories', { method: 'POST', body }));
  });
  return (
    <form className="stack" onSubmit={submitting(run)} noValidate>
      {own === null && <Organization draft={draft} onChange={setDraft} error={errorAt(problem, 'organizationId')} />}
      <Select
        label="Identity provider"
        value={draft.provider}
        options={OTHER}
        hint="Decides which steps the set-up page shows."
        onChange={(provider) => {
          const isNamed = draft.name !== '' && draft.name !== PROVIDERS[draft.provider];
          setDraft({ ...draft, provider, name: isNamed ? draft.name : (PROVIDERS[provider] ?? '') });
        }}
      />
      <Field
        label="Name"
        value={draft.name}
        maxLength={200}
        placeholder="Okta"
        hint="For people; it can be changed later."
        error={errorAt(problem, 'name')}
        onChange={(event) => setDraft({ ...draft, name: event.target.value })}
      />
      {problem?.errors.length === 0 && <Failed problem={problem} />}
      <DialogActions>
        <Button onClick={() => navigate(BACK)}>Cancel</Button>
        <Button type="submit" kind="primary" isBusy={isBusy} disabled={!isWhole(draft)}>
          Create the directory
        </Button>
      </DialogActions>
    </form>
  );
}

const isWhole = ({ organizationId, organizationName, name }: Draft): boolean =>
  name.trim() !== '' && (organizationName === undefined ? organizationId !== '' : organizationName.trim() !== '');

async function organizationOf({ organizationId, organizationName }: Draft): Promise<string> {
  if (organizationName === undefined) return organizationId;
  const { id } = await api<{ id: string }>('/v1/organizations', { method: 'POST', body: { name: organizationName } });
  return id;
}

interface OrganizationProps {
  readonly draft: Draft;
  readonly onChange: (draft: Draft) => void;
  readonly error: string | undefined;
}

/** The customer: one that there is, or a new one. */
function Organization({ draft, onChange, error }: OrganizationProps) {
  const isNew = draft.organizationName !== undefined;
  return (
    <div>
      {isNew ? (
        <Field
          label="New organization"
          value={draft.organizationName}
          maxLength={200}
          placeholder="Acme"
          hint="A customer of yours."
          error={error}
          autoFocus
          onChange={(event) => onChange({ ...draft, organizationName: event.target.value })}
        />
      ) : (
        <Picker
          kind="organizations"
          label="Organization"
          value={draft.organizationId}
          hint="A customer of yours."
          error={error}
          onChange={(organizationId) => onChange({ ...draft, organizationId })}
        />
      )}
      <button
        type="button"
        className={styles.link}
        onClick={() => onChange({ ...draft, organizationId: '', organizationName: isNew ? undefined : '' })}
      >
        {isNew ? 'Choose one that there is' : 'Make a new one'}
      </button>
    </div>
  );
}

/** What connects the directory: a link for the customer's admin, or the two values for whoever does it themselves. */
function MadeDirectory({ made }: { readonly made: Made }) {
  return (
    <Panel title={`${made.name} is there`} back={BACK}>
      <Section title="Have the customer’s admin connect it">
        <NewSetupLink directoryId={made.id} />
      </Section>
      <Section title="Or connect it yourself">
        <CopyLine label="SCIM base URL" value={made.scimBaseUrl} />
        <Secret name="bearer token" value={made.token} />
      </Section>
      <p>
        <Link to={`/directories/${made.id}`}>Open the directory</Link> and see its first request come.
      </p>
    </Panel>
  );
}
