import type { ChatMessage } from '../../src/protocol/chat.js';
import { type ClientSocket, request } from './sockets.js';

/** Reads a channel's whole chat, page by page, as clients do. */
export async function wholeHistory(socket: ClientSocket, channel: string): Promise<ChatMessage[]> {
  const messages: ChatMessage[] = [];
  for (;;) {
    const afterSeq = messages.at(-1)?.seq ?? 0;
    const page = await request(socket, 'chat:history', { channel, afterSeq });
    messages.push(...page.messages);
    if (!page.more) return messages;
  }
}
