import type { ListedBroadcast } from '../../../src/protocol/recording.js';
import { at } from '../../client/base-path.js';
import { Thumbnail } from '../components/thumbnail.js';
import { clockTime, wordyDuration } from '../format/duration.js';
import { viewerCount } from '../format/quantity.js';
import './past-card.css';

const day = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeStyle: 'short' });

/** Returns the length in milliseconds of the recording or, if there is none, of the broadcast. */
export function lengthMs({ recording, startedAt, endedAt }: ListedBroadcast): number {
  if (recording?.state === 'ready') return recording.durationMs;
  return Date.parse(endedAt ?? startedAt) - Date.parse(startedAt);
}

/** A broadcast's thumbnail with its length. */
export function PastPicture({ broadcast }: { broadcast: ListedBroadcast }) {
  const { channel, recording } = broadcast;
  return (
    <div class="past-picture">
      <Thumbnail name={channel} picture={recording?.thumbnailPath ?? null} />
      <span class="past-length figures">
        <span class="visually-hidden">{wordyDuration(lengthMs(broadcast))}</span>
        <span aria-hidden="true">{clockTime(lengthMs(broadcast))}</span>
      </span>
    </div>
  );
}

/** Returns a text with the date and the peak number of viewers. */
export function pastFacts(broadcast: ListedBroadcast): string {
  const { startedAt, peakViewers } = broadcast;
  return `${day.format(Date.parse(startedAt))} · peak ${viewerCount(peakViewers)}`;
}

/** Returns the reason why a recording can't be played; null if it can. */
export function pastNote({ recording }: ListedBroadcast): string | null {
  if (recording === null) return 'Not recorded';
  if (recording.state === 'failed') return 'Recording failed';
  return recording.state === 'ready' ? null : 'Processing the recording';
}

/** A past broadcast. */
export function PastCard({ broadcast }: { broadcast: ListedBroadcast }) {
  const { id, title, channel } = broadcast;
  const note = pastNote(broadcast);
  return (
    <article class={note === null ? 'past-card past-card-open' : 'past-card'}>
      <PastPicture broadcast={broadcast} />
      <h4>
        {note === null ? (
          <a href={at(`/recordings/${id}`)}>{title || channel}</a>
        ) : (
          title || channel
        )}
      </h4>
      <p class="muted figures">{pastFacts(broadcast)}</p>
      {note !== null && <p class="muted">{note}</p>}
    </article>
  );
}
