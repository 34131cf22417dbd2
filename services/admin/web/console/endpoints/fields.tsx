import { errorAt, type ApiProblem } from '../../api.js';
import { Field, TextArea } from '../../ui/field.js';
import { Select } from '../../ui/select.js';
import { Picker } from '../picker.js';
import { ORDERINGS, PAYLOADS } from './choices.js';
import type { Draft } from './draft.js';
import { EventTypes } from './event-types.js';

interface Props {
  readonly draft: Draft;
  readonly onChange: (draft: Draft) => void;
  readonly problem: ApiProblem | undefined;
  /** Of an endpoint that is there: its headers by name. Undefined of a new one, which alone can say whose it is. */
  readonly headerNames?: readonly string[];
}

/** Every setting of an endpoint, each with what is wrong with it. */
export function EndpointFields({ draft, onChange, problem, headerNames }: Props) {
  const set = (part: Partial<Draft>): void => onChange({ ...draft, ...part });
  const wrong = (field: string): string | undefined => errorAt(problem, field);
  return (
    <>
      <Field
        label="URL"
        type="url"
        isMono
        required
        autoFocus
        placeholder="https://app.example.com/webhooks"
        value={draft.url}
        error={wrong('url')}
        hint="Where messages are posted to."
        onChange={(event) => set({ url: event.target.value })}
      />
      <Field
        label="Description"
        placeholder="Accounts of our app"
        maxLength={500}
        value={draft.description}
        error={wrong('description')}
        onChange={(event) => set({ description: event.target.value })}
      />
      {headerNames === undefined && <ScopeFields draft={draft} set={set} wrong={wrong} />}
      <EventTypes
        chosen={draft.eventTypes}
        error={wrong('eventTypes')}
        onChange={(eventTypes) => set({ eventTypes })}
      />
      <Field
        label="Filter"
        isMono
        placeholder='department eq "Sales"'
        value={draft.filter}
        error={wrong('filter')}
        hint="A SCIM filter over the event’s data; empty: whatever the data."
        onChange={(event) => set({ filter: event.target.value })}
      />
      <SendingFields draft={draft} set={set} wrong={wrong} />
      <HeaderFields draft={draft} set={set} error={wrong('headers')} headerNames={headerNames ?? []} />
    </>
  );
}

interface PartProps {
  readonly draft: Draft;
  readonly set: (part: Partial<Draft>) => void;
}

interface WrongProps extends PartProps {
  readonly wrong: (field: string) => string | undefined;
}

function SendingFields({ draft, set, wrong }: WrongProps) {
  return (
    <>
      <Select
        label="Payload"
        value={draft.payload}
        options={PAYLOADS}
        error={wrong('payload')}
        onChange={(payload) => set({ payload })}
      />
      <Select
        label="Order"
        value={draft.ordering}
        options={ORDERINGS}
        error={wrong('ordering')}
        onChange={(ordering) => set({ ordering })}
      />
      <Field
        label="Requests per second, at most"
        inputMode="decimal"
        placeholder="as many as it takes"
        value={draft.perSecond}
        error={wrong('rateLimit')}
        onChange={(event) => set({ perSecond: event.target.value })}
      />
    </>
  );
}

function ScopeFields({ draft, set, wrong }: WrongProps) {
  return (
    <>
      <Picker
        kind="organizations"
        label="Organization"
        value={draft.organizationId}
        error={wrong('organizationId')}
        hint="Only its events; empty: those of every one. This cannot be changed later."
        onChange={(organizationId) => set({ organizationId, directoryId: '' })}
      />
      <Picker
        kind="directories"
        label="Directory"
        value={draft.directoryId}
        error={wrong('directoryId')}
        hint="Only its events; empty: those of every one."
        onChange={(directoryId) => set({ directoryId })}
      />
    </>
  );
}

function HeaderFields({
  draft,
  set,
  error,
  headerNames,
}: PartProps & { readonly error: string | undefined; readonly headerNames: readonly string[] }) {
  const kept =
    headerNames.length === 0 ? '' : ` There are: ${headerNames.join(', ')}; what is written here replaces them all.`;
  return (
    <>
      <TextArea
        label="Own headers"
        isMono
        rows={3}
        placeholder="x-api-key: a secret of the receiver"
        value={draft.headers}
        error={error}
        hint={`One in a line, sent with every message, kept encrypted and not shown again.${kept}`}
        onChange={(event) => set({ headers: event.target.value })}
      />
      {headerNames.length > 0 && (
        <label>
          <input
            type="checkbox"
            checked={draft.dropsHeaders}
            onChange={() => set({ dropsHeaders: !draft.dropsHeaders })}
          />{' '}
          Remove the headers that are there
        </label>
      )}
    </>
  );
}
