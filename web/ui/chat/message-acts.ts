import type { ChatMessage } from '../../../src/protocol/chat.js';

/** The actions on a message for everyone who can chat. */
export interface Acts {
  onReply: (message: ChatMessage) => void;
  /** Adds a reaction, or removes the user's own. */
  onReact: (message: ChatMessage, emoji: string) => void;
}

/** A moderator's actions on a message and its author. */
export interface Moderation {
  onDelete: (message: ChatMessage) => void;
  onRestore: (message: ChatMessage) => void;
  onPin: (message: ChatMessage) => void;
  onTimeout: (message: ChatMessage, seconds: number) => void;
  onClear: (message: ChatMessage) => void;
  onBan: (message: ChatMessage) => void;
}
