import { z } from 'zod';
import { Visibility } from './access.js';
import { BroadcastView } from './broadcast.js';
import { ChannelName, ChannelView } from './channel.js';
import { THUMBNAIL_BYTES_MAX } from './limits.js';
import {
  ConsumerOptions,
  DtlsParameters,
  IceParameters,
  IceServer,
  MediaKind,
  RtpCapabilities,
  RtpParameters,
  TransportOptions,
} from './rtc.js';

const Id = z.string().min(1).max(100);

export const PublisherStart = z.strictObject({
  channel: ChannelName,
  /** From an earlier reply: takes over from a connection of one's own that has not been missed yet. */
  resumeToken: z.uuid().optional(),
  /**
   * The broadcast that a lost connection was sending. Refused with `not_live` when that one was ended
   * meanwhile, unless by a restart of the server: then a new one takes its place.
   */
  continues: z.uuid().optional(),
  /** Who may watch a new broadcast, if the channel doesn't let fewer; absent: as the channel. */
  visibility: Visibility.optional(),
});

export const PublisherStarted = z.object({
  broadcast: BroadcastView,
  /** True when this goes on with an interrupted broadcast. */
  resumed: z.boolean(),
  resumeToken: z.uuid(),
  rtpCapabilities: RtpCapabilities,
  transport: TransportOptions,
  iceServers: z.array(IceServer),
  /** Whether the server has no other way to a picture than `publisher:thumbnail`. */
  thumbnails: z.boolean(),
});
export type PublisherStarted = z.output<typeof PublisherStarted>;

export const PublisherProduce = z.strictObject({
  kind: z.enum(['audio', 'video']),
  rtpParameters: RtpParameters,
  paused: z.boolean().default(false),
});

export const PublisherThumbnail = z.strictObject({
  /** A JPEG in base64. */
  jpeg: z.base64().max(Math.ceil(THUMBNAIL_BYTES_MAX / 3) * 4),
});

export const ViewerJoin = z.strictObject({
  channel: ChannelName,
  /** What the browser can receive; absent for one who watches another way and wants the state only. */
  rtpCapabilities: RtpCapabilities.optional(),
});

/** All that is needed to receive: made in the round trip of the join. */
export const ViewerMediaOptions = z.object({
  transport: TransportOptions,
  consumers: z.array(ConsumerOptions),
  /** Kinds that are sent in a codec which this browser can't receive. */
  unsupported: z.array(MediaKind),
  iceServers: z.array(IceServer),
});
export type ViewerMediaOptions = z.output<typeof ViewerMediaOptions>;

export const ViewerJoined = z.object({
  channel: ChannelView,
  /** Null when the channel is not live (join again when `channel:state` says so) or WebRTC wasn't asked for. */
  media: ViewerMediaOptions.nullable(),
  /** The path of the broadcast's HLS; of a protected channel's, with a token in it that is this connection's. */
  hls: z.string(),
  /** The publisher's delay to this server, see `channel:stats`. */
  uplinkMs: z.number().nullable(),
});
export type ViewerJoined = z.output<typeof ViewerJoined>;

/** The payload or data of a request that needs none. */
export const Nothing = z.strictObject({});
export type Nothing = z.output<typeof Nothing>;

/** Requests of publishers and viewers: event name -> its payload and the `data` of its reply. */
export const signalingRequests = {
  'clock:ping': { payload: Nothing, data: z.object({ serverMs: z.number() }) },
  'publisher:start': { payload: PublisherStart, data: PublisherStarted },
  'publisher:produce': { payload: PublisherProduce, data: z.object({ producerId: Id }) },
  'publisher:pause': {
    payload: z.strictObject({ producerId: Id, paused: z.boolean() }),
    data: Nothing,
  },
  'publisher:unproduce': { payload: z.strictObject({ producerId: Id }), data: Nothing },
  'publisher:clock': {
    payload: z.strictObject({ offsetMs: z.number().min(-1e13).max(1e13) }),
    data: Nothing,
  },
  'publisher:thumbnail': { payload: PublisherThumbnail, data: Nothing },
  'publisher:end': { payload: z.strictObject({ channel: ChannelName }), data: Nothing },
  'transport:connect': {
    payload: z.strictObject({ transportId: Id, dtlsParameters: DtlsParameters }),
    data: Nothing,
  },
  'transport:restart-ice': {
    payload: z.strictObject({ transportId: Id }),
    data: z.object({ iceParameters: IceParameters }),
  },
  'viewer:join': { payload: ViewerJoin, data: ViewerJoined },
  'viewer:leave': { payload: Nothing, data: Nothing },
  'viewer:resume': { payload: z.strictObject({ consumerIds: z.array(Id).max(10) }), data: Nothing },
  'viewer:layer': {
    payload: z.strictObject({ layer: z.int().min(0).max(3).nullable() }),
    data: Nothing,
  },
} as const;

/** Facts the server tells publishers and viewers: event name -> payload. */
export const signalingEvents = {
  /** The channel's title or broadcast changed; to everybody on the channel. */
  'channel:state': z.object({
    channel: ChannelName,
    title: z.string(),
    broadcast: BroadcastView.nullable(),
  }),
  /** At most once a second, when changed. `uplinkMs`: from capture to this server, or null if not known. */
  'channel:stats': z.object({
    channel: ChannelName,
    viewers: z.int().nonnegative(),
    uplinkMs: z.number().nullable(),
  }),
  /**
   * This connection may not watch the channel any more, and is disconnected: by what it is said to be when
   * asked for again.
   */
  'channel:closed': z.object({
    channel: ChannelName,
    code: z.enum(['password_required', 'channel_not_found']),
  }),
  /** The channel is gone. */
  'channel:deleted': z.object({ channel: ChannelName }),
  /** A track to consume on the transport one has; paused until `viewer:resume`. */
  'viewer:consumer': ConsumerOptions,
  'viewer:consumer-closed': z.object({ consumerId: Id }),
  'viewer:consumer-paused': z.object({ consumerId: Id, paused: z.boolean() }),
  /** Which simulcast layer is being received, null for none. */
  'viewer:current-layer': z.object({ consumerId: Id, layer: z.int().min(0).nullable() }),
  /** The transport failed on the server's side: join or start again. */
  'transport:closed': z.object({ transportId: Id }),
  /** This connection no longer publishes: another one of the owner's took over, or the broadcast ended. */
  'publisher:closed': z.object({
    channel: ChannelName,
    reason: z.enum(['taken_over', 'ended']),
  }),
} as const;
