import type { ChannelView } from '../../../src/protocol/channel.js';
import type { BroadcastView } from '../../../src/protocol/broadcast.js';

/** A channel that is on air. */
export type LiveChannel = ChannelView & { broadcast: BroadcastView };

export interface Arrangement {
  live: LiveChannel[];
  others: ChannelView[];
}

function isLive(channel: ChannelView): channel is LiveChannel {
  return channel.broadcast !== null;
}

/** Every word typed must be in the name, the title or the owner's name. */
function matches(channel: ChannelView, query: string): boolean {
  const text = [channel.name, channel.owner, channel.title, channel.broadcast?.title ?? '']
    .join(' ')
    .toLowerCase();
  return query
    .toLowerCase()
    .split(/\s+/)
    .every((word) => text.includes(word));
}

/** The channels that match, the freshest broadcast first, then those live last most recently. */
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

/** What a channel is called where its title should stand. */
export function titleOf(channel: ChannelView): string {
  return channel.broadcast?.title || channel.title || channel.name;
}
