import { z } from 'zod';
import { Visibility } from './access.js';

export const BroadcastState = z.enum(['starting', 'live', 'interrupted', 'ended']);
export type BroadcastState = z.output<typeof BroadcastState>;

/**
 * Why a broadcast ended: the publisher pressed "end", was away for the whole grace time, never sent
 * media, the channel was deleted, the process stopped or crashed under it, or an administrator ended it.
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
 * Whether it can be played as HLS: not yet, yes, or not at all (the server lacks a program for its codec,
 * so there is WebRTC only).
 */
export const HlsState = z.enum(['preparing', 'ready', 'unavailable']);
export type HlsState = z.output<typeof HlsState>;

/** Where it is sent from: a browser's studio page, or a program such as OBS by WHIP. */
export const BroadcastSource = z.enum(['browser', 'whip']);
export type BroadcastSource = z.output<typeof BroadcastSource>;

export const BroadcastView = z
  .object({
    id: z.uuid(),
    channel: z.string(),
    title: z.string(),
    /** Who may watch it, if the channel doesn't let fewer. */
    visibility: Visibility,
    state: BroadcastState,
    /** Of the newest publisher, where one went on with another's broadcast. */
    source: BroadcastSource,
    startedAt: z.iso.datetime(),
    /** While interrupted: when it ends unless the publisher is back. */
    interruptedUntil: z.iso.datetime().nullable(),
    endedAt: z.iso.datetime().nullable(),
    endReason: EndReason.nullable(),
    peakViewers: z.number().int().nonnegative(),
    /** While it is on: whether `/hls/NAME/index.m3u8` can be played. */
    hls: HlsState.nullable(),
  })
  .meta({ id: 'Broadcast' });
export type BroadcastView = z.output<typeof BroadcastView>;

/** What its owner changes of a broadcast, on or over. */
export const BroadcastChange = z
  .strictObject({ visibility: Visibility })
  .meta({ id: 'BroadcastChange' });
export type BroadcastChange = z.output<typeof BroadcastChange>;

/** One page of a channel's broadcasts, the newest first. */
export const BroadcastList = z.array(BroadcastView).meta({ id: 'BroadcastList' });
export type BroadcastList = z.output<typeof BroadcastList>;
