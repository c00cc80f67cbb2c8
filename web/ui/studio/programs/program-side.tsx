import { LateSection } from '../../components/late-section.js';
import { BroadcastSide } from '../live/broadcast-side.js';
import type { Studio } from '../state/studio.js';
import { ProgramsButton } from './programs-button.js';

const loadIngestPanel = async () => (await import('./ingest-panel.js')).IngestPanel;

/** The tabs beside the stage while an encoder such as OBS is live. */
export function ProgramSide({ studio, broadcastId }: { studio: Studio; broadcastId: string }) {
  const channel = studio.channels.chosen.value?.name;
  if (channel === undefined) return null;
  return (
    <BroadcastSide
      studio={studio}
      broadcastId={broadcastId}
      opensAt="health"
      health={() => <LateSection load={loadIngestPanel} shown props={{ channel }} />}
      moreToShare={
        <div class="panel">
          <ProgramsButton channel={channel} />
        </div>
      }
    />
  );
}
