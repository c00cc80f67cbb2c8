import { LateSection } from '../../components/late-section.js';
import { VerdictWord } from '../health/verdict.js';
import type { Studio } from '../state/studio.js';
import { BroadcastSide } from './broadcast-side.js';

const loadHealthPanel = async () => (await import('../health/health-panel.js')).HealthPanel;

/** The tabs beside the preview while this page publishes. */
export function LiveSide({ studio, broadcastId }: { studio: Studio; broadcastId: string }) {
  const { history } = studio;
  const health = studio.publisher.health.value;
  return (
    <BroadcastSide
      studio={studio}
      broadcastId={broadcastId}
      opensAt="chat"
      health={() => <LateSection load={loadHealthPanel} shown props={{ health, history }} />}
      healthNote={health && health.verdict !== 'good' && <VerdictWord verdict={health.verdict} />}
    />
  );
}
