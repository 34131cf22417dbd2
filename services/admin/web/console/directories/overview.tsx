import { Ago } from '../../ui/ago.js';
import { CopyLine } from '../../ui/copy-line.js';
import { Figures } from '../../ui/figures.js';
import { Hours } from '../../ui/hours.js';
import { History } from '../history.js';
import { Section } from '../panel.js';
import type { DirectoryStatistics } from '../shapes.js';
import { useStatistics } from '../use-statistics.js';
import type { ViewProps } from './directory.js';
import styles from './directories.module.css';
import { Problems } from './problems.js';

/** How a directory does: what is wrong, what comes, what has happened last. */
export function Overview({ directory, head, base }: ViewProps) {
  const statistics = useStatistics<DirectoryStatistics>(
    'directories',
    [directory.id],
    ({ directoryId }) => directoryId,
  ).get(directory.id);
  const lastRequestAt = statistics?.lastRequestAt ?? null;
  return (
    <>
      {head()}
      <div className={styles.page}>
        <Problems directory={directory} statistics={statistics} base={base} />
        <Figures
          figures={[
            { name: 'Users', value: directory.counts.users.toLocaleString('en') },
            { name: 'Groups', value: directory.counts.groups.toLocaleString('en') },
            { name: 'Last request', value: lastRequestAt === null ? '—' : <Ago at={lastRequestAt} /> },
          ]}
        />
        {statistics && <RequestsByHour statistics={statistics} />}
        <CopyLine
          label="SCIM base URL"
          value={directory.scimBaseUrl}
          hint="What the identity provider is given, with a token of the settings."
        />
        <Section title="Latest events">
          <History directoryId={directory.id} />
        </Section>
      </div>
    </>
  );
}

function RequestsByHour({ statistics: { buckets } }: { readonly statistics: DirectoryStatistics }) {
  const at = (index: number) => buckets[index] ?? { requests: 0, errors: 0 };
  return (
    <Hours
      label="Requests in the last 24 hours"
      hours={buckets.map((bucket) => bucket.at)}
      series={[
        { name: 'refused', tone: 'bad', valueOf: (index) => at(index).errors },
        { name: 'answered', tone: 'accent', valueOf: (index) => at(index).requests - at(index).errors },
      ]}
    />
  );
}
