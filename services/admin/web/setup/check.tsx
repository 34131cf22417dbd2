import { useEffect, useMemo, useState } from 'react';
import type { Mapping } from '../../../../shared/directory/mapping.js';
import type { UserData } from '../../../../shared/events/event.js';
import { api, type ApiProblem } from '../api.js';
import { Button } from '../ui/button.js';
import { Loading, Notice } from '../ui/notice.js';
import { problemFrom, useApi } from '../use-api.js';
import { MappedFields } from './mapped-fields.js';
import { valueOf, withSource, type FieldName, type SourceName } from './mapped.js';
import { useText } from './reading.js';
import { Refused } from './refused.js';
import { Step } from './step.js';
import type { StepProps } from './set-up.js';

/** Of the first user, and what a mapping would make of it. */
interface Preview {
  readonly data: readonly {
    readonly changed: readonly string[];
    readonly before: UserData;
    readonly after: UserData;
  }[];
}

/** What becomes of the first user who has come, and where each value comes from. */
export function Check({ live, go }: StepProps) {
  const text = useText();
  const saved = useApi<Mapping>('/setup/mapping');
  const [changed, setChanged] = useState<Mapping>();
  const [isBusy, setBusy] = useState(false);
  const [problem, setProblem] = useState<ApiProblem>();
  const wanted = useMemo(() => changed ?? only(saved.data), [changed, saved.data]);
  const { preview, problem: refused } = usePreview(wanted);
  const user = preview?.data[0];
  const finish = async (): Promise<void> => {
    if (changed !== undefined) await api('/setup/mapping', { method: 'PUT', body: changed });
    await api('/setup/complete', { method: 'POST', body: {} });
    live.reload();
    go('done');
  };
  const press = (): void => {
    setBusy(true);
    finish()
      .catch((error: unknown) => setProblem(problemFrom(error)))
      .finally(() => setBusy(false));
  };
  const choose = (to: FieldName, source: SourceName | undefined): void => {
    if (wanted !== undefined) setChanged(withSource(wanted, to, source));
  };
  const failed = problem ?? refused ?? saved.problem;
  return (
    <Step
      title={text.map.title}
      intro={user && text.map.intro(nameIn(user.after))}
      foot={
        <>
          <Button onClick={() => go('test')}>{text.back}</Button>
          <Button kind="primary" isBusy={isBusy} onClick={press}>
            {changed !== undefined ? text.map.save : user === undefined ? text.map.skip : text.map.finish}
          </Button>
        </>
      }
    >
      {failed && <Refused problem={failed} conflict={text.map.underWay} />}
      {preview === undefined && failed === undefined && <Loading rows={8} text={text.loading} />}
      {preview !== undefined && user === undefined && <Notice tone="info">{text.map.nobody}</Notice>}
      {user && wanted && (
        <>
          {valueOf(user.after, 'email') === null && <Notice tone="warn">{text.map.emptyEmail}</Notice>}
          <MappedFields user={user.after} changed={user.changed} mapping={wanted} onChoose={choose} />
        </>
      )}
    </Step>
  );
}

/** What a mapping makes of the first user; the last answer stays while the next one is awaited. */
function usePreview(wanted: Mapping | undefined): { preview?: Preview; problem?: ApiProblem } {
  const [state, setState] = useState<{ preview?: Preview; problem?: ApiProblem }>({});
  useEffect(() => {
    if (wanted === undefined) return;
    const asking = new AbortController();
    api<Preview>('/setup/mapping/preview?limit=1', { method: 'POST', body: wanted, signal: asking.signal }).then(
      (preview) => setState({ preview }),
      (error: unknown) => {
        if (!asking.signal.aborted) setState((old) => ({ ...old, problem: problemFrom(error) }));
      },
    );
    return () => asking.abort();
  }, [wanted]);
  return state;
}

/** Without what the answer tells beside it. */
const only = (mapping: Mapping | undefined): Mapping | undefined =>
  mapping && { attributes: mapping.attributes, roles: mapping.roles };

const nameIn = ({ displayName, name, userName }: UserData): string => displayName ?? name.formatted ?? userName;
