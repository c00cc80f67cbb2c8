import { z } from 'zod';

/** The bus topic of {@link RoomWakeUp}. */
export const ROOM_TOPIC = 'room';

/**
 * Reports that a room has news: its channel's id, the seq of its newest message, and the version of
 * its newest change. A number is 0 if it isn't known.
 */
export const RoomWakeUp = z.tuple([z.string(), z.int(), z.int()]);
export type RoomWakeUp = z.output<typeof RoomWakeUp>;
