import { useState } from 'preact/hooks';
import { LateSection } from '../../components/late-section.js';
import { Tabs } from '../../components/tabs.js';
import { LateStatistics } from '../../statistics/late-statistics.js';
import { RecordingLine, useRecordedSoFar } from '../live/recording-line.js';
import { SharePanel } from '../share/share-panel.js';
import { StudioChat } from '../live/studio-chat.js';
import type { Studio } from '../state/studio.js';
import { ProgramsButton } from './programs-button.js';

type TabId = 'chat' | 'health' | 'statistics' | 'share';

const loadIngestPanel = async () => (await import('./ingest-panel.js')).IngestPanel;

/** Beside the stage while a program such as OBS is live: chat, how it arrives, statistics, and what to share. */
export function ProgramSide({ studio, broadcastId }: { studio: Studio; broadcastId: string }) {
  const [selected, setSelected] = useState<TabId>('health');
  const recorded = useRecordedSoFar(broadcastId);
  const channel = studio.channels.chosen.value;
  if (channel === null) return null;
  return (
    <Tabs
      label="Broadcast"
      selected={selected}
      onSelect={setSelected}
      tabs={[
        { id: 'chat', label: 'Chat', content: <StudioChat studio={studio} /> },
        {
          id: 'health',
          label: 'Health',
          content: selected === 'health' && (
            <LateSection load={loadIngestPanel} shown props={{ channel: channel.name }} />
          ),
        },
        {
          id: 'statistics',
          label: 'Statistics',
          content: selected === 'statistics' && (
            <div class="panel">
              <RecordingLine recorded={recorded} />
              <LateStatistics broadcastId={broadcastId} live />
            </div>
          ),
        },
        {
          id: 'share',
          label: 'Share',
          content: (
            <>
              <SharePanel channel={channel} />
              <div class="panel">
                <ProgramsButton channel={channel.name} />
              </div>
            </>
          ),
        },
      ]}
    />
  );
}
