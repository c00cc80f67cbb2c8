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
  /** How far back viewers can rewind, in milliseconds. */
  rewindMs: number;
  muted: boolean;
}

/** A page with only the player, for embedding on other sites. The title links to the channel. */
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
