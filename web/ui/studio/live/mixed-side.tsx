import { LateSection } from '../../components/late-section.js';
import type { Studio } from '../state/studio.js';
import { BroadcastSide } from './broadcast-side.js';
import { guestsTab } from './live-side.js';

const loadIngestPanel = async () => (await import('../programs/ingest-panel.js')).IngestPanel;

/** The tabs beside the stage while the server mixes. */
export function MixedSide({ studio, broadcastId }: { studio: Studio; broadcastId: string }) {
  const channel = studio.channels.chosen.value?.name;
  if (channel === undefined) return null;
  return (
    <BroadcastSide
      studio={studio}
      broadcastId={broadcastId}
      opensAt="guests"
      guests={(isShown) => guestsTab(studio, isShown)}
      health={() => <LateSection load={loadIngestPanel} shown props={{ channel }} />}
    />
  );
}
