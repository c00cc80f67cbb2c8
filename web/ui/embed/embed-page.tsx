import { at } from '../../client/base-path.js';
import type { Connection } from '../../client/connection.js';
import type { Viewer } from '../../client/viewer.js';
import { Player } from '../player/player.js';
import { Page } from '../shell/page.js';
import './embed-page.css';

export interface EmbedPageProps {
  name: string;
  viewer: Viewer;
  connection: Connection;
  /** How far back the server keeps what was, milliseconds. */
  rewindMs: number;
  muted: boolean;
}

/** The player alone, for a frame in somebody else's page; its title leads to the channel. */
export function EmbedPage(props: EmbedPageProps) {
  const { name, viewer, connection, rewindMs, muted } = props;
  const { title, broadcast } = viewer.channel.value;
  return (
    <Page>
      <div class="embed">
        <Player
          viewer={viewer}
          name={name}
          own={false}
          connection={connection.status}
          rewindMs={rewindMs}
          muted={muted}
          corner={
            <a class="embed-title" href={at(`/${name}`)} target="_blank" rel="noopener">
              {broadcast?.title || title || name}
            </a>
          }
        />
      </div>
    </Page>
  );
}
