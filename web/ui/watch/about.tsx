import { useMemo } from 'preact/hooks';
import type { BroadcastView } from '../../../src/protocol/broadcast.js';
import type { WatchedChannel } from '../../client/viewer-state.js';
import { wordyDuration } from '../format/duration.js';
import { viewerCount } from '../format/quantity.js';
import { pastBroadcasts } from './past-broadcasts.js';
import './about.css';

const day = new Intl.DateTimeFormat(undefined, { dateStyle: 'long', timeStyle: 'short' });

/** The channel's address and what it broadcast before. */
export function About({ name, channel }: { name: string; channel: WatchedChannel }) {
  const ended = channel.broadcast?.state === 'ended';
  // Asked again when one more has ended.
  const past = useMemo(() => pastBroadcasts(name), [name, ended]).value;
  return (
    <section class="about" aria-label="About">
      <h2>About</h2>
      <p class="muted">
        {channel.title && `${channel.title}. `}A channel by {channel.owner || name}, at{' '}
        {location.host}/{name}.
      </p>
      {past !== null && past.length > 0 && (
        <>
          <h3>Past broadcasts</h3>
          <ul class="about-past">
            {past.map((broadcast) => (
              <PastBroadcast key={broadcast.id} broadcast={broadcast} />
            ))}
          </ul>
        </>
      )}
    </section>
  );
}

function PastBroadcast({ broadcast }: { broadcast: BroadcastView }) {
  const startedMs = Date.parse(broadcast.startedAt);
  const lengthMs = Date.parse(broadcast.endedAt ?? broadcast.startedAt) - startedMs;
  return (
    <li>
      <span class="about-past-title">{broadcast.title || broadcast.channel}</span>
      <span class="muted figures">
        {day.format(startedMs)} · {wordyDuration(lengthMs)} · at most{' '}
        {viewerCount(broadcast.peakViewers)}
      </span>
    </li>
  );
}
