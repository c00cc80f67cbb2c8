import type { ComponentType } from 'preact';
import { useState } from 'preact/hooks';
import { useSignalEffect } from '@preact/signals';
import type { AccountView } from '../../../src/protocol/account.js';
import type { ServerClock } from '../../client/clock.js';
import type { Connection } from '../../client/connection.js';
import type { Viewer } from '../../client/viewer.js';
import { Tabs } from '../components/tabs.js';
import { Player } from '../player/player.js';
import { Header } from '../shell/header.js';
import { Page } from '../shell/page.js';
import { About } from './about.js';
import { ChannelInfo } from './channel-info.js';
import { useMedia } from '../player/use-media.js';
import './watch-page.css';

/**
 * Matches windows with room for the chat beside the video, which are wide, or short but not narrow.
 */
const BESIDE = '(min-width: 900px), (min-width: 640px) and (max-height: 500px)';

export interface WatchPageProps {
  name: string;
  account: AccountView | null;
  viewer: Viewer;
  clock: ServerClock;
  connection: Connection;
  /** How far back viewers can rewind, in milliseconds. */
  rewindMs: number;
  muted: boolean;
  /** The chat. `heading` is set if there is no tab label for it. */
  Chat: ComponentType<{ heading: boolean }>;
  /** The emoji that float over the video, and the control for them. */
  Floats: ComponentType;
  ReactionButton: ComponentType;
}

/**
 * A channel page: the player, the channel information, and the chat beside them (or below them in
 * narrow windows).
 */
export function WatchPage(props: WatchPageProps) {
  const { name, account, viewer, clock, connection, Chat, Floats, ReactionButton } = props;
  const [theatre, setTheatre] = useState(false);
  const [tab, setTab] = useState<'chat' | 'about'>('chat');
  const beside = useMedia(BESIDE);
  const channel = viewer.channel.value;
  useSignalEffect(() => {
    const { broadcast, title } = viewer.channel.value;
    const live = broadcast !== null && broadcast.state !== 'ended';
    document.title = `${live ? '● ' : ''}${broadcast?.title || title || name} · Onair`;
  });
  const serverNow = (): number => clock.now() ?? Date.now();
  const inTheatre = theatre && beside;
  const layout = inTheatre ? 'watch-beside watch-theatre' : beside ? 'watch-beside' : 'watch-below';
  return (
    <Page
      header={inTheatre ? null : <Header account={account} search={beside ? undefined : false} />}
    >
      <div class={`watch ${layout}`}>
        <div class="watch-main">
          <div class="watch-player">
            <Player
              viewer={viewer}
              name={name}
              own={account !== null && account.username === channel.owner}
              connection={connection.status}
              rewindMs={props.rewindMs}
              muted={props.muted}
              theatre={{ on: inTheatre, toggle: () => setTheatre(!theatre) }}
              overlay={<Floats />}
              control={<ReactionButton />}
            />
          </div>
          <ChannelInfo
            name={name}
            channel={channel}
            username={account?.username ?? null}
            serverNow={serverNow}
          />
          {beside && <About name={name} channel={channel} />}
        </div>
        <aside class="watch-side" aria-label="Chat">
          <div class="watch-side-content">
            <Tabs
              label="Below the video"
              selected={beside ? 'chat' : tab}
              onSelect={setTab}
              tabs={[
                { id: 'chat', label: 'Chat', content: <Chat heading={beside} /> },
                {
                  id: 'about',
                  label: 'About',
                  content: !beside && <About name={name} channel={channel} />,
                },
              ]}
            />
          </div>
        </aside>
      </div>
    </Page>
  );
}
