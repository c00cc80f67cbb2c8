import type { AdminOverview, LimitView } from '../../../src/protocol/admin.js';
import { adminApi } from '../../client/admin-api.js';
import { WhenLoaded } from '../account/loaded.js';
import { useLoaded } from '../account/use-loaded.js';
import { Badge } from '../components/badge.js';
import { Button } from '../components/button.js';
import { Card } from '../components/card.js';
import { sizeLabel } from '../format/size.js';
import { uptimeLabel } from './labels.js';

const number = new Intl.NumberFormat('en');

/** The server's health, counts, storage and limits. */
export function Overview() {
  const [state, reload] = useLoaded(adminApi.overview);
  return (
    <WhenLoaded state={state} onRetry={() => void reload()}>
      {(overview) => (
        <>
          <Health overview={overview} onReload={reload} />
          <Counts overview={overview} />
          <div class="admin-columns">
            <Storage overview={overview} />
            <Limits limits={overview.limits} />
          </div>
        </>
      )}
    </WhenLoaded>
  );
}

function Health({
  overview: { health },
  onReload,
}: {
  overview: AdminOverview;
  onReload: () => Promise<void>;
}) {
  const isGood = health.problems.length === 0;
  return (
    <Card>
      <div class="section-head">
        <h2>
          Health <Badge tone={isGood ? 'good' : 'danger'}>{isGood ? 'Good' : 'Problems'}</Badge>
        </h2>
        <Button onClick={() => void onReload()}>Refresh</Button>
      </div>
      {isGood ? (
        <p class="muted">
          Up for {uptimeLabel(health.uptimeS)}, using {sizeLabel(health.memoryBytes)} of memory.
        </p>
      ) : (
        <ul>
          {health.problems.map((problem) => (
            <li key={problem}>{problem}</li>
          ))}
        </ul>
      )}
    </Card>
  );
}

function Counts({ overview: { counts } }: { overview: AdminOverview }) {
  return (
    <dl class="admin-counts">
      {[
        ['Live now', counts.live],
        ['Watching', counts.viewers],
        ['Accounts', counts.accounts],
        ['Channels', counts.channels],
      ].map(([label, value]) => (
        <div key={label} class="admin-count">
          <dt>{label}</dt>
          <dd>{number.format(Number(value))}</dd>
        </div>
      ))}
    </dl>
  );
}

function Storage({ overview: { storage } }: { overview: AdminOverview }) {
  const rows = [
    ['Database', sizeLabel(storage.database)],
    ['of which profile pictures', sizeLabel(storage.avatars)],
    ['Live segments', sizeLabel(storage.segments)],
    ['Free disk space', storage.free === null ? 'unknown' : sizeLabel(storage.free)],
  ];
  return (
    <Card>
      <h2>Storage</h2>
      <dl class="admin-facts">
        {rows.map(([label, value]) => (
          <div key={label}>
            <dt class="muted">{label}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
    </Card>
  );
}

function Limits({ limits }: { limits: readonly LimitView[] }) {
  return (
    <Card>
      <h2>Limits</h2>
      <dl class="admin-facts">
        {limits.map(({ variable, value, unit }) => (
          <div key={variable}>
            <dt>
              <code>{variable}</code>
            </dt>
            <dd>
              {number.format(value)} {unit}
            </dd>
          </div>
        ))}
      </dl>
      <p class="section-lead muted">Set by environment variables, read at startup.</p>
    </Card>
  );
}
