import { z } from 'zod';
import type { Rate } from '../common/token-bucket.js';

/*
 * The messages between this server and the SRT program (native/srt), one JSON object per line. Its
 * main.py describes the whole protocol, including the media frames that are sent separately.
 */

/**
 * The reasons for refusing a caller (libsrt's access_control.h). Encoders show the number at best.
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
  /** Another encoder is publishing. */
  conflict: 1_409,
  /** The server can't answer at the moment. */
  unavailable: 1_503,
} as const;

/** The reasons for which a connection can't be opened (libsrt's srt.h). */
export const SRT_REJECTION = {
  /** The SRT program couldn't attempt it. This code isn't one of libsrt's. */
  notAttempted: -1,
  /** The server gave no reason, and libsrt only knows that it refused. */
  unknown: 0,
  /** A system call failed on the server. */
  system: 1,
  /** The server gave no reason. */
  peer: 2,
  /** The server lacks memory or another resource. */
  resource: 3,
  /** The server's queue of new connections is full. */
  backlog: 5,
  /** The passphrases differ. */
  badSecret: 10,
  /** Only one of the two ends encrypts. */
  unsecure: 11,
  /** The server did not respond within ten seconds. */
  timeout: 16,
  /** The two ends encrypt differently. */
  crypto: 17,
  /** Sent by other implementations instead of a reason. */
  fallback: 1_000,
  unauthorized: 1_401,
  overload: 1_402,
  forbidden: 1_403,
  notFound: 1_404,
  /** Another client is publishing this stream. */
  conflict: 1_409,
  locked: 1_423,
  internalError: 1_500,
  unavailable: 1_503,
} as const;

/** A connection to open. The stream id and the passphrase must never be logged. */
export type SrtDestination = Readonly<{
  /** A numeric IPv4 or IPv6 address. */
  address: string;
  port: number;
  /** Up to 512 bytes; empty for none. */
  streamId: string;
  /** 10 to 79 bytes; null to send without encryption. */
  passphrase: string | null;
  /** The time for resending lost packets, unless the other server requests a longer one. */
  latencyMs: number;
}>;

export type SrtCommand =
  /** @param attempts the limit of each address's attempts; the rest is refused without `asked` */
  | Readonly<{ command: 'listen'; port: number; attempts: Rate }>
  /** @param passphrase 10 to 79 bytes; null for a caller that doesn't encrypt */
  | Readonly<{ command: 'admit'; id: number; passphrase: string | null }>
  /** @param reason one of {@link SRT_REFUSAL} */
  | Readonly<{ command: 'refuse'; id: number; reason: number }>
  /** @param id an odd number that isn't in use */
  | (Readonly<{ command: 'connect'; id: number }> & SrtDestination)
  | Readonly<{ command: 'close'; id: number }>;

/** The number of a connection, which is unique while the process runs. */
const id = z.int().min(0);
const count = z.int().min(0);

export const SrtEvent = z.discriminatedUnion('event', [
  z.object({ event: z.literal('listening') }),
  /** The port can't be used. */
  z.object({ event: z.literal('unavailable'), message: z.string() }),
  /** A command failed in a way that nothing expects. `error`: the type of the exception. */
  z.object({ event: z.literal('failed'), command: z.string(), error: z.string() }),
  /** A caller waits for `admit` or `refuse`, for at most one second. */
  z.object({ event: z.literal('asked'), id, address: z.string(), streamId: z.string() }),
  z.object({ event: z.literal('connected'), id }),
  /** A connection couldn't be opened. {@link SRT_REJECTION} lists the reasons that matter. */
  z.object({ event: z.literal('rejected'), id, reason: z.int() }),
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
  /**
   * The state of a connection on which this server sends. `takenBytes`: the bytes that the program
   * has read from this server; `bufferedBytes`: those of them that aren't acknowledged yet.
   * `packets`: the packets sent, including resent ones; `droppedPackets`: those too late to be
   * sent.
   */
  z.object({
    event: z.literal('sending'),
    id,
    takenBytes: count,
    bufferedBytes: count,
    packets: count,
    droppedPackets: count,
  }),
  /**
   * Sent once for each `asked` that wasn't refused, and for each outgoing connection that was open.
   * `silentMs`: the time since data last arrived.
   */
  z.object({ event: z.literal('closed'), id, silentMs: z.number() }),
]);
export type SrtEvent = z.output<typeof SrtEvent>;

/** Measurements of one connection. */
export type SrtStatistics = Omit<Extract<SrtEvent, { event: 'statistics' }>, 'event' | 'id'>;

/** The state of one connection on which this server sends. */
export type SrtProgress = Omit<Extract<SrtEvent, { event: 'sending' }>, 'event' | 'id'>;
