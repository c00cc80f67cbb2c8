import type { ChannelView } from '../../../src/protocol/channel.js';
import type { BroadcastView } from '../../../src/protocol/broadcast.js';

/** A live channel. */
export type LiveChannel = ChannelView & { broadcast: BroadcastView };

export interface Arrangement {
  live: LiveChannel[];
  others: ChannelView[];
}

function isLive(channel: ChannelView): channel is LiveChannel {
  return channel.broadcast !== null;
}

/**
 * Whether every word of the query occurs in the channel's name or title, the broadcast's title, or
 * the owner's name.
 */
function matches(channel: ChannelView, query: string): boolean {
  const text = [channel.name, channel.owner, channel.title, channel.broadcast?.title ?? '']
    .join(' ')
    .toLowerCase();
  return query
    .toLowerCase()
    .split(/\s+/)
    .every((word) => text.includes(word));
}

/**
 * Returns the matching channels. Live channels come first, sorted by when the broadcast started.
 * Offline channels follow, sorted by when they were last live. In both, the most recent is first.
 */
export function arrange(channels: readonly ChannelView[], query: string): Arrangement {
  const found = channels.filter((channel) => matches(channel, query));
  const lastSeen = (channel: ChannelView): string => channel.lastLiveAt ?? '';
  return {
    live: found
      .filter(isLive)
      .toSorted((a, b) => b.broadcast.startedAt.localeCompare(a.broadcast.startedAt)),
    others: found
      .filter((channel) => !isLive(channel))
      .toSorted(
        (a, b) => lastSeen(b).localeCompare(lastSeen(a)) || b.createdAt.localeCompare(a.createdAt),
      ),
  };
}

/** Returns the title to show for a channel. */
export function titleOf(channel: ChannelView): string {
  return channel.broadcast?.title || channel.title || channel.name;
}
