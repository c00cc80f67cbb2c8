import type { ChatMessage } from '../../src/protocol/chat.js';
import { type ClientSocket, request } from './sockets.js';

/** Everything there is of a channel's chat, as it is asked for by its readers. */
export async function wholeHistory(socket: ClientSocket, channel: string): Promise<ChatMessage[]> {
  const messages: ChatMessage[] = [];
  for (;;) {
    const afterSeq = messages.at(-1)?.seq ?? 0;
    const page = await request(socket, 'chat:history', { channel, afterSeq });
    messages.push(...page.messages);
    if (!page.more) return messages;
  }
}
