import { useState } from 'preact/hooks';
import { Tabs } from '../../components/tabs.js';
import type { Studio } from '../state/studio.js';
import { ReadyPanel } from './ready-panel.js';

type TabId = 'guests' | 'ready';

/** Shown beside the preview before going live: the panel, and the guests if the stage is open. */
export function ReadySide({ studio, starting }: { studio: Studio; starting: boolean }) {
  const [selected, setSelected] = useState<TabId>('guests');
  const stage = studio.stage.current.value;
  const ready = <ReadyPanel studio={studio} starting={starting} />;
  if (!stage) return ready;
  return (
    <Tabs
      label="Preparation"
      selected={selected}
      onSelect={setSelected}
      tabs={[
        { id: 'ready', label: 'Get ready', content: ready },
        {
          id: 'guests',
          label: 'Guests',
          note: <GuestsNote waiting={stage.host.waiting} unread={stage.host.unread} />,
          content: (
            <stage.parts.GuestsPanel
              host={stage.host}
              isLive={starting}
              isShown={selected === 'guests'}
              onClose={() => studio.stage.close()}
            />
          ),
        },
      ]}
    />
  );
}

/** The number of waiting guests, if any, and a dot for unread messages from guests. */
export function GuestsNote({ waiting, unread }: { waiting: number; unread: boolean }) {
  return (
    <>
      {waiting > 0 && (
        <span class="tab-count figures">
          {waiting}
          <span class="visually-hidden"> waiting</span>
        </span>
      )}
      {unread && (
        <span class="tab-dot">
          <span class="visually-hidden">New messages</span>
        </span>
      )}
    </>
  );
}
