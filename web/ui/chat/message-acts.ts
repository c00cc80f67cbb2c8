import type { ChatMessage } from '../../../src/protocol/chat.js';

/** What everybody who may write can do with a message. */
export interface Acts {
  onReply: (message: ChatMessage) => void;
  /** Gives an emoji, or takes one's own back. */
  onReact: (message: ChatMessage, emoji: string) => void;
}

/** What a moderator can do with a message, and with who sent it. */
export interface Moderation {
  onDelete: (message: ChatMessage) => void;
  onRestore: (message: ChatMessage) => void;
  onPin: (message: ChatMessage) => void;
  onTimeout: (message: ChatMessage, seconds: number) => void;
  onClear: (message: ChatMessage) => void;
  onBan: (message: ChatMessage) => void;
}
