import { useState } from 'preact/hooks';
import { Tabs } from '../../components/tabs.js';
import { LateStatistics } from '../../statistics/late-statistics.js';
import { LazyHealthPanel } from '../health/lazy-health.js';
import { RecordingLine, useRecordedSoFar } from './recording-line.js';
import { SharePanel } from '../share/share-panel.js';
import { StudioChat } from './studio-chat.js';
import type { Studio } from '../state/studio.js';
import { VerdictWord } from '../health/verdict.js';

type TabId = 'chat' | 'health' | 'statistics' | 'share';

/** Beside the preview while live: chat, health, statistics and what to share. */
export function LiveSide({ studio, broadcastId }: { studio: Studio; broadcastId: string }) {
  const [selected, setSelected] = useState<TabId>('chat');
  const recorded = useRecordedSoFar(broadcastId);
  const channel = studio.channels.chosen.value;
  if (channel === null) return null;
  const health = studio.publisher.health.value;
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
          note: health && health.verdict !== 'good' && <VerdictWord verdict={health.verdict} />,
          content: selected === 'health' && (
            <LazyHealthPanel health={health} history={studio.history} />
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
        { id: 'share', label: 'Share', content: <SharePanel channel={channel} /> },
      ]}
    />
  );
}
