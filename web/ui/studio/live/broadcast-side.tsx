import type { ComponentChildren } from 'preact';
import { useState } from 'preact/hooks';
import { type Tab, Tabs } from '../../components/tabs.js';
import { LateStatistics } from '../../statistics/late-statistics.js';
import { SharePanel } from '../share/share-panel.js';
import type { Studio } from '../state/studio.js';
import { RestreamLines } from './restream-lines.js';
import { RecordingLine, useRecordedSoFar } from './recording-line.js';
import { StudioChat } from './studio-chat.js';

type TabId = 'chat' | 'guests' | 'health' | 'statistics' | 'share';

export interface BroadcastSideProps {
  studio: Studio;
  broadcastId: string;
  /** The tab that is selected initially. */
  opensAt: TabId;
  /** The content of the health tab, rendered while it is open. */
  health: () => ComponentChildren;
  /** A verdict beside the health tab's label. */
  healthNote?: ComponentChildren;
  /** Returns the guests tab; absent if the broadcast can't have guests. */
  guests?: (isShown: boolean) => Tab<'guests'>;
  /** Content that follows the channel's link in the share tab. */
  moreToShare?: ComponentChildren;
}

/** The tabs beside the stage while live: chat, health, statistics and sharing. */
export function BroadcastSide(props: BroadcastSideProps) {
  const { studio, broadcastId, opensAt, health, healthNote, guests, moreToShare } = props;
  const [selected, setSelected] = useState<TabId>(opensAt);
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
        ...(guests ? [guests(selected === 'guests')] : []),
        {
          id: 'health',
          label: 'Health',
          note: healthNote,
          content: selected === 'health' && (
            <>
              {health()}
              <RestreamLines channel={channel.name} />
            </>
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
              {moreToShare}
            </>
          ),
        },
      ]}
    />
  );
}
