import { ChatPanel } from '../../chat/chat-panel.js';
import type { Studio } from '../state/studio.js';

/** The channel's chat, for its owner. */
export function StudioChat({ studio }: { studio: Studio }) {
  const chat = studio.chat.current.value;
  const channel = studio.channels.chosen.value;
  if (chat === null || channel === null) return null;
  // The key resets the panel and its draft when another channel is selected.
  return (
    <ChatPanel
      key={channel.name}
      chat={chat}
      channel={channel.name}
      connection={studio.connection.status}
    />
  );
}
