import type { Tab } from '../../components/tabs.js';
import { LateSection } from '../../components/late-section.js';
import { VerdictWord } from '../health/verdict.js';
import { GuestsNote } from '../ready/ready-side.js';
import { OpenStageButton } from '../stage-panel/open-stage.js';
import type { Studio } from '../state/studio.js';
import { BroadcastSide } from './broadcast-side.js';

const loadHealthPanel = async () => (await import('../health/health-panel.js')).HealthPanel;

/** The tabs beside the preview while this page publishes. */
export function LiveSide({ studio, broadcastId }: { studio: Studio; broadcastId: string }) {
  const { history } = studio;
  const stage = studio.stage.current.value;
  const health = studio.publisher.health.value;
  return (
    <BroadcastSide
      studio={studio}
      broadcastId={broadcastId}
      opensAt={stage ? 'guests' : 'chat'}
      guests={(isShown) => guestsTab(studio, isShown)}
      health={() => <LateSection load={loadHealthPanel} shown props={{ health, history }} />}
      healthNote={health && health.verdict !== 'good' && <VerdictWord verdict={health.verdict} />}
    />
  );
}

/** Returns the guests tab of a live broadcast. */
export function guestsTab(
  { stage: slot, channels, onAir }: Studio,
  isShown: boolean,
): Tab<'guests'> {
  const stage = slot.current.value;
  const channel = channels.chosen.value?.name;
  return {
    id: 'guests',
    label: 'Guests',
    note: stage && <GuestsNote waiting={stage.host.waiting} unread={stage.host.unread} />,
    content: stage ? (
      <stage.parts.GuestsPanel
        host={stage.host}
        isLive
        isShown={isShown}
        onClose={() => slot.close()}
        mixing={{ onMixed: () => onAir.handOver(), onMixHere: () => void onAir.start() }}
      />
    ) : (
      channel !== undefined && (
        <div class="panel">
          <p class="muted">
            Guests appear in your broadcast with their own camera and microphone. Viewers keep
            watching while you open the stage.
          </p>
          <OpenStageButton slot={slot} channel={channel} isLive />
        </div>
      )
    ),
  };
}
