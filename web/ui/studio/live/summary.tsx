import { useEffect, useState } from 'preact/hooks';
import { at } from '../../../client/base-path.js';
import { recordingApi } from '../../../client/recording-api.js';
import { Button } from '../../components/button.js';
import { clockTime } from '../../format/duration.js';
import { count } from '../../format/quantity.js';
import { StatisticsDialog } from '../../statistics/late-statistics.js';
import { type BroadcastSummary, endSentence } from '../state/broadcast-summary.js';
import { countMessages } from '../state/channel-chat.js';
import type { Studio } from '../state/studio.js';
import './summary.css';

/** Summarizes a broadcast that has ended, with links to what comes next. */
export function Summary({ summary, studio }: { summary: BroadcastSummary; studio: Studio }) {
  const { title, channel, lengthMs, peakViewers, reason } = summary;
  const messages = useMessageCount(summary, studio);
  const isRecorded = useRecorded(summary);
  const [statistics, setStatistics] = useState(false);
  return (
    <section class="summary" aria-labelledby="summary-title">
      <div class="summary-head">
        <h1 id="summary-title">Broadcast ended</h1>
        <p class="muted">
          {endSentence(reason)}
          {title && ` Title: “${title}”.`}
        </p>
      </div>
      <dl class="summary-figures">
        <Figure label="Length" value={clockTime(lengthMs)} />
        <Figure label="Peak viewers" value={count(peakViewers)} />
        {messages !== null && <Figure label="Chat messages" value={count(messages)} />}
      </dl>
      <div class="summary-actions">
        <Button variant="primary" size="l" onClick={() => void studio.onAir.dismiss()}>
          Back to studio
        </Button>
        {isRecorded && (
          <Button size="l" href={at(`/recordings/${summary.broadcastId}`)}>
            Watch recording
          </Button>
        )}
        <Button size="l" onClick={() => setStatistics(true)}>
          Statistics
        </Button>
        <Button size="l" href={at(`/${channel}`)}>
          View channel
        </Button>
      </div>
      {statistics && (
        <StatisticsDialog
          broadcastId={summary.broadcastId}
          named={title || channel}
          onClose={() => setStatistics(false)}
        />
      )}
    </section>
  );
}

function Figure({ label, value }: { label: string; value: string }) {
  return (
    <div class="summary-figure">
      <dt>{label}</dt>
      <dd class="figures">{value}</dd>
    </div>
  );
}

/** Returns the number of chat messages; null while it is loading, or if loading fails. */
function useMessageCount({ broadcastId }: BroadcastSummary, studio: Studio): number | null {
  const [messages, setMessages] = useState<number | null>(null);
  useEffect(() => {
    // The number is optional; without it, the summary shows the other figures.
    countMessages(broadcastId, studio.chat.lastSeq).then(setMessages, () => undefined);
  }, [broadcastId]);
  return messages;
}

/** Returns whether the broadcast was recorded; false while that is loading, or if loading fails. */
function useRecorded({ broadcastId }: BroadcastSummary): boolean {
  const [recorded, setRecorded] = useState(false);
  useEffect(() => {
    recordingApi.recording(broadcastId).then(
      ({ state }) => setRecorded(state !== 'failed'),
      () => undefined,
    );
  }, [broadcastId]);
  return recorded;
}
