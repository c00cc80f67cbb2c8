import { z } from 'zod';

/*
 * The messages between this server and a mixer process (native/mixer), one JSON object per line.
 */

/** One of the programme's tracks: where the process sends it, and how its packets are numbered. */
export type MixedTrack = Readonly<{ port: number; payloadType: number; ssrc: number }>;

/** The programme that a process mixes. */
export type MixStart = Readonly<{
  width: number;
  height: number;
  fps: number;
  /** The number of the video encoder's threads. */
  threads: number;
  video: MixedTrack & Readonly<{ bitrateBps: number }>;
  audio: MixedTrack;
}>;

/** The codecs that a mixer decodes. */
export const MIXED_CODECS = ['H264', 'VP8', 'VP9', 'OPUS'] as const;
export type MixedCodec = (typeof MIXED_CODECS)[number];

/** A stream that a mixer receives. */
export type MixInput = Readonly<{
  id: string;
  kind: 'audio' | 'video';
  codec: MixedCodec;
  /** Whether the last frame is shown until another one arrives, as for a screen. */
  held: boolean;
  clockRate: number;
  payloadType: number;
  ssrc: number;
}>;

/** The position of a video in the frame, in pixels. */
export type MixTile = Readonly<{
  /** The id of the video's input. */
  id: string;
  x: number;
  y: number;
  width: number;
  height: number;
  fit: 'cover' | 'contain';
}>;

/** A picture on top of the videos. */
export type MixOverlay = Readonly<{
  x: number;
  y: number;
  width: number;
  height: number;
  /** BGRA without premultiplied alpha, in base64. */
  pixels: string;
}>;

export type MixCommand =
  | (Readonly<{ command: 'start' }> & MixStart)
  | (Readonly<{ command: 'add' }> & MixInput)
  | Readonly<{ command: 'remove'; id: string }>
  /** The videos that are shown, in painting order; all others are hidden. */
  | Readonly<{ command: 'layout'; tiles: readonly MixTile[] }>
  /** A PNG of the programme's size, in base64. */
  | Readonly<{ command: 'background'; png: string }>
  | Readonly<{ command: 'overlays'; pictures: readonly MixOverlay[] }>
  /** Volumes by the ids of audio inputs; 1 changes nothing. */
  | Readonly<{ command: 'volumes'; volumes: Readonly<Record<string, number>> }>;

const Port = z.int().min(1).max(65_535);
const id = z.string();

export const MixEvent = z.discriminatedUnion('event', [
  /** The ports from which the programme is sent, and to which key frame requests are sent. */
  z.object({ event: z.literal('started'), videoPort: Port, audioPort: Port }),
  /** The ports at which an input is received. */
  z.object({ event: z.literal('added'), id, port: Port, rtcpPort: Port }),
  /** A decoder needs a key frame. */
  z.object({ event: z.literal('key-frame'), id }),
  z.object({ event: z.literal('size'), id, width: z.int(), height: z.int() }),
  /** An input failed and was removed. */
  z.object({ event: z.literal('dropped'), id, message: z.string() }),
  /** The number of encoded frames and audio packets so far. */
  z.object({ event: z.literal('progress'), frames: z.int(), audioPackets: z.int() }),
  /** The process ends. */
  z.object({ event: z.literal('failed'), message: z.string() }),
]);
export type MixEvent = z.output<typeof MixEvent>;
