import { z } from 'zod';
import { Visibility } from './access.js';

export const BroadcastState = z.enum(['starting', 'live', 'interrupted', 'ended']);
export type BroadcastState = z.output<typeof BroadcastState>;

/**
 * Why a broadcast ended: the publisher ended it, did not return within the grace period or never
 * sent media; the channel was deleted; the server stopped or crashed; or an administrator ended it.
 */
export const EndReason = z.enum([
  'publisher_ended',
  'grace_elapsed',
  'never_started',
  'channel_deleted',
  'server_stopped',
  'administrator_ended',
]);
export type EndReason = z.output<typeof EndReason>;

/**
 * Whether the broadcast can be played as HLS: not yet, yes, or no. `unavailable` means that the
 * server lacks a program that the broadcast's codec requires, so only WebRTC works.
 */
export const HlsState = z.enum(['preparing', 'ready', 'unavailable']);
export type HlsState = z.output<typeof HlsState>;

/**
 * Whether browsers can show the broadcast's video over WebRTC. They can't if the video has
 * B-frames: WebRTC doesn't put them into display order, so browsers show only some of the frames.
 * With HLS, they show all of them.
 */
export const WebRtcState = z.enum(['ready', 'unavailable']);
export type WebRtcState = z.output<typeof WebRtcState>;

/**
 * The type of publisher: the studio in a browser, an encoder over WHIP, RTMP or SRT, or the
 * server's mixer for a stage.
 */
export const BroadcastSource = z.enum(['browser', 'whip', 'mixer', 'rtmp', 'srt']);
export type BroadcastSource = z.output<typeof BroadcastSource>;

export const BroadcastView = z
  .object({
    id: z.uuid(),
    channel: z.string(),
    title: z.string(),
    /** The broadcast's audience, unless the channel's is narrower. */
    visibility: Visibility,
    state: BroadcastState,
    /** The source; that of the latest publisher if several have continued the broadcast. */
    source: BroadcastSource,
    startedAt: z.iso.datetime(),
    /** The time at which an interrupted broadcast will end unless the publisher returns. */
    interruptedUntil: z.iso.datetime().nullable(),
    endedAt: z.iso.datetime().nullable(),
    endReason: EndReason.nullable(),
    peakViewers: z.number().int().nonnegative(),
    /** Whether `/hls/NAME/index.m3u8` can be played; null unless the broadcast is live. */
    hls: HlsState.nullable(),
    /** Whether browsers can show the video over WebRTC; null unless the broadcast is live. */
    webrtc: WebRtcState.nullable(),
  })
  .meta({ id: 'Broadcast' });
export type BroadcastView = z.output<typeof BroadcastView>;

/** A change that the owner makes to a broadcast, during or after it. */
export const BroadcastChange = z
  .strictObject({ visibility: Visibility })
  .meta({ id: 'BroadcastChange' });
export type BroadcastChange = z.output<typeof BroadcastChange>;

/** One page of a channel's broadcasts, newest first. */
export const BroadcastList = z.array(BroadcastView).meta({ id: 'BroadcastList' });
export type BroadcastList = z.output<typeof BroadcastList>;
