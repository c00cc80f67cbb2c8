import { z } from 'zod';
import type { types } from 'mediasoup';

/*
 * The messages between nodes about a feed: the tracks of a broadcast, sent from its origin to another
 * node through one pipe. The pipe's ends are mediasoup PipeTransports with SRTP, whose keys
 * are in these messages.
 */

/** The name of the stream that a node opens at the origin. */
export const FEED = 'feed';

const Srtp = z.object({
  cryptoSuite: z.enum(['AEAD_AES_256_GCM', 'AEAD_AES_128_GCM']),
  keyBase64: z.string(),
});

/** One end of a pipe: the address at which it receives, and the key with which it encrypts. */
export const PipeEnd = z.object({
  ip: z.union([z.ipv4(), z.ipv6()]),
  port: z.number().int().min(1).max(65_535),
  srtp: Srtp,
});
export type PipeEnd = z.output<typeof PipeEnd>;

export const FeedRequest = z.object({
  broadcastId: z.string(),
  /** The epoch in which the origin runs the broadcast, as far as the caller knows. */
  epoch: z.number().int(),
  end: PipeEnd,
  /** Whether the caller will send `start` for tracks that wait for it. */
  saysStart: z.boolean().default(false),
});
export type FeedRequest = z.output<typeof FeedRequest>;

const FeedTrack = z.object({
  /** Names the track in later messages. */
  id: z.string(),
  kind: z.enum(['audio', 'video']),
  // mediasoup created these at the origin, and validates them here.
  rtpParameters: z.custom<types.RtpParameters>((value) => typeof value === 'object'),
  paused: z.boolean(),
  /** The simulcast layers that arrive at the origin, which the pipe will therefore carry. */
  layers: z.array(z.number().int()),
  reportsTell: z.enum(['capture', 'sending']),
  /**
   * Whether the origin holds the track back until `start`, which also requests a key frame. By
   * then, the first viewer's connection must be ready.
   */
  waits: z.boolean().default(false),
});
export type FeedTrack = z.output<typeof FeedTrack>;

export const FeedAnswer = z.object({ end: PipeEnd, tracks: z.array(FeedTrack) });
export type FeedAnswer = z.output<typeof FeedAnswer>;

/** The messages that the caller sends on the stream. */
export const FeedCommand = z.object({ type: z.literal('start') });
export type FeedCommand = z.output<typeof FeedCommand>;

/** The messages that the origin sends on the stream after its answer. */
export const FeedMessage = z.discriminatedUnion('type', [
  z.object({ type: z.literal('added'), track: FeedTrack }),
  /** Viewers who join from now on get another track; see BroadcastOutput.replace. */
  z.object({ type: z.literal('replaced'), before: z.string(), track: FeedTrack }),
  z.object({ type: z.literal('paused'), id: z.string(), paused: z.boolean() }),
  z.object({ type: z.literal('closed'), id: z.string() }),
]);
export type FeedMessage = z.output<typeof FeedMessage>;
