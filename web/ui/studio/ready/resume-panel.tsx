import { CircleAlert, Radio } from 'lucide';
import type { BroadcastView } from '../../../../src/protocol/broadcast.js';
import { Button } from '../../components/button.js';
import { Icon } from '../../components/icon.js';
import { clockTime } from '../../format/duration.js';
import { EndBroadcast } from '../live/end-broadcast.js';
import { ShareLink } from '../share/share-link.js';
import type { Studio } from '../state/studio.js';
import { useNow } from '../../shell/now.js';

function waitingText({ source }: BroadcastView): string {
  const waiting = 'Viewers are waiting and see that you are coming back.';
  if (source === 'browser') return waiting;
  return `${waiting} OBS and most programs reconnect by themselves; you can also go on from this page.`;
}

/** Shown after a reload or crash, while the broadcast can still be resumed. */
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
            : 'It is sent from another tab or device. You can end it here; if that tab is gone, you can resume it here in a few seconds.'}
        </p>
      </div>
      {leftMs !== null && (
        <p class="countdown">
          <span class="countdown-figure figures">{clockTime(leftMs)}</span>
          <span class="muted">left to resume</span>
        </p>
      )}
      <div class="panel-foot">
        {onAir.problem.value !== null && (
          <p class="panel-problem" role="alert">
            <Icon icon={CircleAlert} size={16} />
            <span>{onAir.problem.value}</span>
          </p>
        )}
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
        <EndBroadcast onAir={onAir} />
      </div>
      {channel && <ShareLink channel={channel} />}
    </div>
  );
}
