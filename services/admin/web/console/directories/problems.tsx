import type { ReactNode } from 'react';
import { pathWith } from '../../api.js';
import { Ago } from '../../ui/ago.js';
import { Notice } from '../../ui/notice.js';
import { useApi } from '../../use-api.js';
import { Link } from '../router.js';
import type { Delivery, Directory, DirectoryStatistics } from '../shapes.js';

interface Props {
  readonly directory: Directory;
  readonly statistics: DirectoryStatistics | undefined;
  readonly base: string;
}

/** What is wrong with a directory now, and where that is mended. */
export function Problems({ directory, statistics, base }: Props) {
  const parked = useApi<{ data: readonly Delivery[] }>(
    pathWith('/v1/deliveries', { directoryId: directory.id, status: 'parked', limit: 1 }),
  );
  const isParked = parked.data !== undefined && parked.data.data.length > 0;
  const found = [
    directory.hold !== null && <Holds key="hold" directory={directory} base={base} />,
    !directory.enabled && <Disabled key="disabled" base={base} />,
    directory.state === 'pending' && <Pending key="pending" base={base} />,
    isParked && <Parked key="parked" directory={directory} />,
    statistics !== undefined && errorsOf(statistics) > 0 && (
      <Refused key="refused" statistics={statistics} base={base} />
    ),
  ].filter((problem): problem is React.JSX.Element => problem !== false);
  return found.length === 0 ? (
    <Notice tone="good">
      <p>Nothing is wrong.</p>
    </Notice>
  ) : (
    found
  );
}

const errorsOf = ({ buckets }: DirectoryStatistics): number => buckets.reduce((sum, { errors }) => sum + errors, 0);

function Problem({
  tone,
  title,
  children,
}: {
  readonly tone: 'warn' | 'bad' | 'info';
  readonly title: string;
  readonly children: ReactNode;
}) {
  return (
    <Notice tone={tone}>
      <p>
        <strong>{title}</strong>
      </p>
      <p>{children}</p>
    </Notice>
  );
}

function Holds({ directory: { hold }, base }: Pick<Props, 'directory' | 'base'>) {
  if (hold === null) return null;
  return (
    <Problem tone="warn" title={`${hold.events.toLocaleString('en')} changes are held back`}>
      Since <Ago at={hold.since} />, the deletion guard keeps a mass removal from the endpoints.{' '}
      <Link to={`${base}/held`}>Look at what is held</Link>
    </Problem>
  );
}

function Disabled({ base }: Pick<Props, 'base'>) {
  return (
    <Problem tone="warn" title="The directory is disabled">
      The identity provider is answered 403 and will report errors. <Link to={`${base}/settings`}>Enable it</Link>
    </Problem>
  );
}

function Pending({ base }: Pick<Props, 'base'>) {
  return (
    <Problem tone="info" title="It is not connected yet">
      No authenticated request has come. Send the customer’s admin a set-up link, or give the identity provider the base
      URL and a token. <Link to={`${base}/settings`}>Make a set-up link</Link>
    </Problem>
  );
}

function Parked({ directory: { id } }: Pick<Props, 'directory'>) {
  return (
    <Problem tone="bad" title="Deliveries are parked">
      Their retries are spent; they and later ones about the same users wait for you.{' '}
      <Link to={pathWith('/deliveries', { directoryId: id, status: 'parked' })}>Look at them</Link>
    </Problem>
  );
}

function Refused({ statistics, base }: { readonly statistics: DirectoryStatistics; readonly base: string }) {
  const count = errorsOf(statistics);
  return (
    <Problem
      tone="warn"
      title={`${count.toLocaleString('en')} ${count === 1 ? 'request was' : 'requests were'} refused in 24 hours`}
    >
      {statistics.lastErrorAt !== null && (
        <>
          The last one <Ago at={statistics.lastErrorAt} />.{' '}
        </>
      )}
      <Link to={`${base}/requests`}>See why</Link>
    </Problem>
  );
}
