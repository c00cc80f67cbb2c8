import { z } from 'zod';
import { ChatRole } from '../../protocol/chat.js';
import type { NewMessage, StoredMessage } from './chat-message.js';

/**
 * The maximum length of the messages in one wake-up, in bytes of JSON. It leaves room for the rest
 * of the frame; see `MESSAGE_MAX` in `bus.ts`.
 */
const CARRIED_MAX = 6_000;
/** The maximum number of messages in one wake-up. */
const CARRIED_COUNT = 30;

const CarriedMessage = z.object({
  nonce: z.string(),
  broadcastId: z.string().nullable(),
  accountId: z.string().nullable(),
  guestId: z.string().nullable(),
  name: z.string(),
  displayName: z.string(),
  role: ChatRole,
  text: z.string(),
  replyToSeq: z.int().nullable(),
});
type CarriedMessage = z.output<typeof CarriedMessage>;

/** Messages that were committed together, with consecutive seqs, none of which is deleted. */
export const CarriedMessages = z.object({
  firstSeq: z.int(),
  /** In milliseconds since 1970, according to the clock of the node that stored them. */
  sentAt: z.int(),
  messages: z.array(CarriedMessage).max(CARRIED_COUNT),
});
export type CarriedMessages = z.output<typeof CarriedMessages>;

/**
 * Consecutive messages that fit into one wake-up. `messages` is null for a single message that is
 * too long.
 */
export type Parcel = Readonly<{
  /** The index of the first message, from 0. */
  first: number;
  count: number;
  messages: CarriedMessage[] | null;
}>;

/** Divides one channel's messages, in order, among as few wake-ups as possible. */
export function parcelsOf(messages: readonly NewMessage[]): Parcel[] {
  const parcels: { first: number; count: number; messages: CarriedMessage[] | null }[] = [];
  let bytes = Infinity;
  for (const [first, message] of messages.entries()) {
    const carried = carriedOf(message);
    const length = Buffer.byteLength(JSON.stringify(carried));
    const last = parcels.at(-1);
    if (length > CARRIED_MAX) {
      parcels.push({ first, count: 1, messages: null });
      bytes = Infinity;
    } else if (last?.messages && bytes + length <= CARRIED_MAX && last.count < CARRIED_COUNT) {
      last.messages.push(carried);
      last.count += 1;
      bytes += length;
    } else {
      parcels.push({ first, count: 1, messages: [carried] });
      bytes = length;
    }
  }
  return parcels;
}

/** Returns the messages as they are stored. */
export function unpacked(
  channelId: string,
  { firstSeq, sentAt, messages }: CarriedMessages,
): StoredMessage[] {
  return messages.map((message, nth) => ({
    ...message,
    channelId,
    seq: firstSeq + nth,
    sentAt: new Date(sentAt),
    deletedAt: null,
  }));
}

function carriedOf(message: NewMessage): CarriedMessage {
  const { nonce, broadcastId, accountId, guestId } = message;
  const { name, displayName, role, text, replyToSeq } = message;
  return { nonce, broadcastId, accountId, guestId, name, displayName, role, text, replyToSeq };
}
