import { ChatPanel } from '../../chat/chat-panel.js';
import type { Studio } from '../state/studio.js';

/** The channel's chat, as its owner sees it. */
export function StudioChat({ studio }: { studio: Studio }) {
  const chat = studio.chat.current.value;
  const channel = studio.channels.chosen.value;
  if (chat === null || channel === null) return null;
  // Another chat starts anew, with nothing typed for the old one.
  return (
    <ChatPanel
      key={channel.name}
      chat={chat}
      channel={channel.name}
      connection={studio.connection.status}
    />
  );
}
