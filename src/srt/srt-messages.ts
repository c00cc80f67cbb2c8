import { z } from 'zod';
import type { Rate } from '../common/token-bucket.js';

/*
 * The messages between this server and the SRT program (native/srt), one JSON object per line. Its
 * main.py describes the whole protocol, including the media frames that are sent separately.
 */

/**
 * The reasons for refusing a caller (libsrt's access_control.h). At best, encoders show the number.
 */
export const SRT_REFUSAL = {
  /** The stream id can't be read. */
  badRequest: 1_400,
  /** The stream key is wrong. */
  unauthorized: 1_401,
  /** There are too many callers. */
  overload: 1_402,
  /** The caller wants to play. */
  badMode: 1_405,
  /** The server can't answer at the moment. */
  unavailable: 1_503,
} as const;

export type SrtCommand =
  /** @param attempts the limit of each address's attempts; the rest is refused without `asked` */
  | Readonly<{ command: 'listen'; port: number; attempts: Rate }>
  /** @param passphrase 10 to 79 bytes; null for a caller that doesn't encrypt */
  | Readonly<{ command: 'admit'; id: number; passphrase: string | null }>
  /** @param reason one of {@link SRT_REFUSAL} */
  | Readonly<{ command: 'refuse'; id: number; reason: number }>
  | Readonly<{ command: 'close'; id: number }>;

/** The number of a connection, which is unique while the process runs. */
const id = z.int().min(0);
const count = z.int().min(0);

export const SrtEvent = z.discriminatedUnion('event', [
  z.object({ event: z.literal('listening') }),
  /** The port can't be used. */
  z.object({ event: z.literal('unavailable'), message: z.string() }),
  /** A caller waits for `admit` or `refuse`, for at most one second. */
  z.object({ event: z.literal('asked'), id, address: z.string(), streamId: z.string() }),
  z.object({ event: z.literal('connected'), id }),
  /**
   * The numbers of packets since the connection was opened: arrived, lost on the network, and not
   * recovered in time.
   */
  z.object({
    event: z.literal('statistics'),
    id,
    roundTripMs: z.number().min(0),
    packets: count,
    lostPackets: count,
    droppedPackets: count,
  }),
  /** Comes once for each `asked` that wasn't refused. `silentMs`: since data last arrived. */
  z.object({ event: z.literal('closed'), id, silentMs: z.number() }),
]);
export type SrtEvent = z.output<typeof SrtEvent>;

/** Measurements of one connection. */
export type SrtStatistics = Omit<Extract<SrtEvent, { event: 'statistics' }>, 'event' | 'id'>;
