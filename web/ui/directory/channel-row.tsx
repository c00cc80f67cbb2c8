import type { ChannelView } from '../../../src/protocol/channel.js';
import { at } from '../../client/base-path.js';
import { Avatar } from '../components/avatar.js';
import { ago } from '../format/duration.js';
import { titleOf } from './arrange.js';
import './channel-row.css';

/** A channel that is offline. */
export function ChannelRow({ channel, nowMs }: { channel: ChannelView; nowMs: number }) {
  const { lastLiveAt } = channel;
  const last =
    lastLiveAt === null ? 'Not live yet' : `Last live ${ago(Date.parse(lastLiveAt), nowMs)}`;
  return (
    <article class="channel-row">
      <Avatar name={channel.owner} size={44} />
      <div class="channel-row-text">
        <h3>
          <a href={at(`/${channel.name}`)}>{titleOf(channel)}</a>
        </h3>
        <p class="muted">
          {channel.owner} · {last}
        </p>
      </div>
    </article>
  );
}
