import { z } from 'zod';

/** The maximum number of offers in one announcement. Clients in browsers send five. */
export const OFFERS_MAX = 10;
/** The maximum length of a description. A data channel's description has about 1,000 characters. */
const SDP_MAX = 8_000;

/** Twenty bytes, each written as one character. */
const Bytes = z.string().regex(/^[\0-ÿ]{20}$/);

const described = <Type extends 'offer' | 'answer'>(type: Type) =>
  z.object({ type: z.literal(type), sdp: z.string().min(1).max(SDP_MAX) });

const Offer = z.object({ offer: described('offer'), offer_id: Bytes });

const Answer = z.object({
  action: z.literal('announce'),
  info_hash: Bytes,
  peer_id: Bytes,
  to_peer_id: Bytes,
  offer_id: Bytes,
  answer: described('answer'),
});

const Announcement = z.object({
  action: z.literal('announce'),
  info_hash: Bytes,
  peer_id: Bytes,
  event: z.enum(['started', 'update', 'completed', 'stopped']).optional(),
  numwant: z.number().min(0).optional(),
  offers: z.array(Offer).max(OFFERS_MAX).default([]),
  /** Prevents a message with a malformed answer from being read as an announcement. */
  answer: z.undefined().optional(),
});

/**
 * A message with which a peer joins or leaves a swarm, or offers connections to others in the
 * swarm.
 */
export type Announcement = z.output<typeof Announcement>;
/** A message with which a peer accepts another peer's offer. */
export type Answer = z.output<typeof Answer>;
export type TrackerMessage = Announcement | Answer;

export type OfferedConnection = z.output<typeof Offer>;

/** A message to a peer. Its fields have the names that WebTorrent clients expect. */
export type TrackerReply = Readonly<
  { action: 'announce'; info_hash: string } & (
    | { interval: number }
    | { 'failure reason': string }
    | { peer_id: string; offer_id: string; offer: OfferedConnection['offer'] }
    | { peer_id: string; offer_id: string; answer: Answer['answer'] }
  )
>;

/**
 * Parses a client's message, in the WebTorrent tracker protocol as p2p-media-loader-core speaks it;
 * returns null if it isn't one. Unknown fields are dropped, so that they never reach other peers.
 */
export function readTrackerMessage(text: string): TrackerMessage | null {
  let message: unknown;
  try {
    message = JSON.parse(text);
  } catch {
    return null;
  }
  const { data } = z.union([Answer, Announcement]).safeParse(message);
  return data ?? null;
}
