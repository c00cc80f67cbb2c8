import { z } from 'zod';
import { CarriedMessages, parcelsOf } from '../messages/carried-messages.js';
import type { StoredMessage } from '../messages/chat-message.js';

/** The bus topic of {@link RoomWakeUp}. */
export const ROOM_TOPIC = 'room';

/**
 * Reports that a room has news: its channel's id, the seq of its newest message, and the version of
 * its newest change. A number is 0 if it isn't known. The newest messages are appended if they are
 * short enough.
 */
export const RoomWakeUp = z.tuple([z.string(), z.int(), z.int(), CarriedMessages.optional()]);
export type RoomWakeUp = z.output<typeof RoomWakeUp>;

/** Returns wake-ups for one channel's messages, which must be in order of seq. */
export function wakeUpsOf(channelId: string, messages: readonly StoredMessage[]): RoomWakeUp[] {
  const [{ seq: firstSeq, sentAt } = { seq: 0, sentAt: new Date(0) }] = messages;
  // Messages that were repeated with a known nonce were stored earlier, and may have been deleted.
  const areFresh = messages.every(
    (message, nth) =>
      message.deletedAt === null &&
      message.seq === firstSeq + nth &&
      message.sentAt.getTime() === sentAt.getTime(),
  );
  if (!areFresh) return [[channelId, messages.at(-1)?.seq ?? 0, 0]];
  return parcelsOf(messages).map(({ first, count, messages: carried }): RoomWakeUp => {
    const newest = firstSeq + first + count - 1;
    if (!carried) return [channelId, newest, 0];
    const parcel = { firstSeq: firstSeq + first, sentAt: sentAt.getTime(), messages: carried };
    return [channelId, newest, 0, parcel];
  });
}
