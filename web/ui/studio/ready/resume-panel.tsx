import { Radio } from 'lucide';
import type { BroadcastView } from '../../../../src/protocol/broadcast.js';
import { FormError } from '../../account/form-error.js';
import { Button } from '../../components/button.js';
import { clockTime } from '../../format/duration.js';
import { EndBroadcast } from '../live/end-broadcast.js';
import { ShareLink } from '../share/share-link.js';
import type { Studio } from '../state/studio.js';
import { useNow } from '../../shell/now.js';

function waitingText({ source }: BroadcastView): string {
  const waiting = 'Viewers see that you are reconnecting.';
  if (source === 'browser') return waiting;
  return `${waiting} OBS and most other encoders reconnect automatically. You can also continue from this page.`;
}

/** The panel after a reload or crash, while the broadcast can still be resumed. */
export function ResumePanel({ studio, broadcast }: { studio: Studio; broadcast: BroadcastView }) {
  const { capture, channels, onAir, check } = studio;
  const channel = channels.chosen.value;
  const nowMs = useNow(1_000);
  const { interruptedUntil } = broadcast;
  const leftMs = interruptedUntil === null ? null : Date.parse(interruptedUntil) - nowMs;
  const mine = onAir.canResume(broadcast);
  return (
    <div class="panel">
      <div class="panel-head">
        <h2>{mine ? 'Your broadcast was interrupted' : 'Your channel is live'}</h2>
        <p class="muted">
          {mine
            ? waitingText(broadcast)
            : 'It is running in another tab or on another device. You can end it here. If that tab is closed, you can resume here in a few seconds.'}
        </p>
      </div>
      {leftMs !== null && (
        <p class="countdown">
          <span class="countdown-figure figures">{clockTime(leftMs)}</span>
          <span class="muted">left to resume</span>
        </p>
      )}
      <div class="panel-foot">
        {onAir.problem.value !== null && <FormError message={onAir.problem.value} />}
        {mine && (
          <Button
            variant="live"
            size="l"
            icon={Radio}
            wide
            disabled={!check.online}
            onClick={() => {
              void capture.wake();
              void onAir.start();
            }}
          >
            Resume broadcast
          </Button>
        )}
        <EndBroadcast studio={studio} />
      </div>
      {channel && <ShareLink channel={channel} />}
    </div>
  );
}
