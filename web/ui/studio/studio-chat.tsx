import type { ChannelView } from '../../../src/protocol/channel.js';
import type { Studio } from './studio.js';

/** The channel's chat, as its owner sees it. */
export function StudioChat({ channel }: { studio: Studio; channel: ChannelView }) {
  return <p class="muted">{channel.name}</p>;
}
