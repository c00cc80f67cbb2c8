import { useEffect, useMemo } from 'preact/hooks';
import { Button } from '../components/button.js';
import { Spinner } from '../components/spinner.js';
import { PastBroadcasts } from './past-broadcasts.js';
import { PastCard } from './past-card.js';
import './past-list.css';

/** A channel's past broadcasts with thumbnails. */
export function PastList({ channel, ended }: { channel: string; ended: boolean }) {
  // The list is reloaded when a broadcast ends or the next one starts.
  const past = useMemo(() => new PastBroadcasts(channel), [channel, ended]);
  useEffect(() => void past.load(), [past]);
  const list = past.list.value;
  if (list === null && past.problem.value === null)
    return (
      <p class="past-waiting">
        <Spinner label="Loading past broadcasts" />
      </p>
    );
  if (list?.length === 0) return null;
  return (
    <section class="past" aria-labelledby="past-title">
      <h3 id="past-title">Past broadcasts</h3>
      <ul class="past-cards">
        {list?.map((broadcast) => (
          <li key={broadcast.id}>
            <PastCard broadcast={broadcast} />
          </li>
        ))}
      </ul>
      {past.problem.value !== null && <p class="muted">{past.problem.value}</p>}
      {(past.more.value || past.problem.value !== null) && (
        <p>
          <Button busy={past.busy.value} onClick={() => void past.load()}>
            {past.problem.value === null ? 'Show more' : 'Try again'}
          </Button>
        </p>
      )}
    </section>
  );
}
