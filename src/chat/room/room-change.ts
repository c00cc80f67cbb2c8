import type { HeldMessage } from '../held/held.repository.js';
import type { Author, StoredMessage } from '../messages/chat-message.js';
import type { StoredAuditEntry } from '../moderation/audit.repository.js';
import type { ChatSettings } from '../../protocol/chat-rules.js';
import type { StoredBan } from './room-bans.js';
import type { StoredChange } from './stored-change.js';

/** A room change, other than new messages, with the data needed to apply it. */
export type RoomChange =
  | Extract<StoredChange, { kind: 'deleted' | 'moderator' | 'judged' | 'reactions' }>
  | { kind: 'unbanned'; author: Author; addressHashes: readonly string[] }
  | { kind: 'restored'; messages: readonly StoredMessage[] }
  | { kind: 'pinned'; message: StoredMessage | null }
  | { kind: 'settings'; settings: ChatSettings }
  | { kind: 'banned'; ban: StoredBan }
  | { kind: 'held'; held: HeldMessage }
  | { kind: 'audited'; entry: StoredAuditEntry };
