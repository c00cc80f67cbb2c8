import { Users } from 'lucide';
import { at } from '../../client/base-path.js';
import { Avatar } from '../components/avatar.js';
import { Badge, LiveBadge } from '../components/badge.js';
import { Icon } from '../components/icon.js';
import { Thumbnail } from '../components/thumbnail.js';
import { clockTime } from '../format/duration.js';
import { shortCount, viewerCount } from '../format/quantity.js';
import { titleOf, type LiveChannel } from './arrange.js';
import './live-card.css';

/** A live channel. */
export function LiveCard({ channel, nowMs }: { channel: LiveChannel; nowMs: number }) {
  const { broadcast } = channel;
  const uptime = clockTime(nowMs - Date.parse(broadcast.startedAt));
  return (
    <article class="live-card">
      <div class="live-card-picture">
        <Thumbnail name={channel.name} picture={channel.thumbnail} />
        <span class="live-card-corner live-card-top">
          {broadcast.state === 'interrupted' ? (
            <Badge tone="warn">Reconnecting</Badge>
          ) : (
            <LiveBadge />
          )}
        </span>
        <span class="live-card-corner live-card-left figures" title={viewerCount(channel.viewers)}>
          <Icon icon={Users} size={14} />
          {shortCount(channel.viewers)}
          <span class="visually-hidden">watching</span>
        </span>
        <span class="live-card-corner live-card-right figures">
          <span class="visually-hidden">Live for </span>
          {uptime}
        </span>
      </div>
      <div class="live-card-words">
        <Avatar name={channel.owner} size={36} />
        <div class="live-card-text">
          <h3>
            <a href={at(`/${channel.name}`)}>{titleOf(channel)}</a>
          </h3>
          <p class="muted">{channel.owner}</p>
        </div>
      </div>
    </article>
  );
}
