import type { ChannelView } from '../../../../src/protocol/channel.js';
import { at } from '../../../client/base-path.js';
import { CopyButton, ShareLink } from './share-link.js';
import './share-panel.css';

/** The watch link and the embed code. */
export function SharePanel({ channel }: { channel: ChannelView }) {
  const frame = `<iframe src="${location.origin}${at(`/embed/${channel.name}`)}" width="640" height="360" allow="autoplay; fullscreen; picture-in-picture" style="border:0"></iframe>`;
  return (
    <div class="panel">
      <ShareLink channel={channel} />
      <div class="share-embed">
        <span class="field-label">Embed the player on your site</span>
        <pre class="share-code" tabIndex={0} aria-label="Embed code">
          {frame}
        </pre>
        <div>
          <CopyButton text={frame} what="HTML" />
        </div>
      </div>
    </div>
  );
}
