import { z } from 'zod';
import { Visibility } from './access.js';
import { BroadcastView } from './broadcast.js';
import { ChannelName, ChannelView } from './channel.js';
import { SharingSettings } from './sharing.js';
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
  /**
   * The token from an earlier reply. It lets the caller take over from its own previous connection,
   * even before the server notices that the connection was lost.
   */
  resumeToken: z.uuid().optional(),
  /**
   * The broadcast that a lost connection was publishing. The request is refused with `not_live` if
   * that broadcast has ended. If a server restart ended it, a new broadcast replaces it.
   */
  continues: z.uuid().optional(),
  /**
   * The audience of a new broadcast, unless the channel's is narrower. If absent, the channel's
   * audience applies.
   */
  visibility: Visibility.optional(),
  /**
   * Whether the caller still publishes the broadcast through another node and is moving it to this
   * one. The broadcast continues on the other node until `publisher:move`. Requires `resumeToken`.
   */
  moves: z.boolean().optional(),
});

export const PublisherStarted = z.object({
  broadcast: BroadcastView,
  /** Whether an interrupted broadcast was resumed. */
  resumed: z.boolean(),
  resumeToken: z.uuid(),
  rtpCapabilities: RtpCapabilities,
  transport: TransportOptions,
  iceServers: z.array(IceServer),
  /** Whether `publisher:thumbnail` is the server's only source of thumbnails. */
  thumbnails: z.boolean(),
});
export type PublisherStarted = z.output<typeof PublisherStarted>;

export const PublisherProduce = z.strictObject({
  kind: z.enum(['audio', 'video']),
  rtpParameters: RtpParameters,
  paused: z.boolean().default(false),
});

export const PublisherThumbnail = z.strictObject({
  /** A JPEG image, encoded in base64. */
  jpeg: z.base64().max(Math.ceil(THUMBNAIL_BYTES_MAX / 3) * 4),
});

export const ViewerJoin = z.strictObject({
  channel: ChannelName,
  /**
   * The media that the browser can receive; omitted by clients that don't watch over WebRTC and
   * only need the channel's state.
   */
  rtpCapabilities: RtpCapabilities.optional(),
});

/**
 * Everything that the client needs to receive media. It is created in the same round trip as the
 * join.
 */
export const ViewerMediaOptions = z.object({
  transport: TransportOptions,
  consumers: z.array(ConsumerOptions),
  /** The kinds of media that are published in a codec that this browser can't receive. */
  unsupported: z.array(MediaKind),
  iceServers: z.array(IceServer),
});
export type ViewerMediaOptions = z.output<typeof ViewerMediaOptions>;

export const ViewerJoined = z.object({
  channel: ChannelView,
  /**
   * Null if WebRTC was not requested, or if the channel is not live. If it is not live, the client
   * should join again when `channel:state` reports a live broadcast.
   */
  media: ViewerMediaOptions.nullable(),
  /**
   * The path of the broadcast's HLS playlist. For a protected channel, it contains this
   * connection's token.
   */
  hls: z.string(),
  /** The latency from capture to this server, in milliseconds; see `channel:stats`. */
  uplinkMs: z.number().nullable(),
});
export type ViewerJoined = z.output<typeof ViewerJoined>;

/** An empty payload or reply. */
export const Nothing = z.strictObject({});
export type Nothing = z.output<typeof Nothing>;

/**
 * The requests of publishers and viewers: for each event name, the payload and the `data` of the
 * reply.
 */
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
  'publisher:move': { payload: z.strictObject({ channel: ChannelName }), data: Nothing },
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

/** The events for publishers and viewers, with the payload for each event name. */
export const signalingEvents = {
  /** The channel's title or broadcast changed; sent to everyone on the channel. */
  'channel:state': z.object({
    channel: ChannelName,
    title: z.string(),
    broadcast: BroadcastView.nullable(),
  }),
  /**
   * Sent on changes, at most once a second. `uplinkMs` is the latency from capture to this server,
   * or null if unknown. `programAheadMs` is how far the clock that dates the broadcast's HLS is
   * ahead of the clock that `clock:ping` reports; absent if they agree.
   */
  'channel:stats': z.object({
    channel: ChannelName,
    viewers: z.int().nonnegative(),
    uplinkMs: z.number().nullable(),
    programAheadMs: z.number().optional(),
  }),
  /**
   * This connection has lost access to the channel and will be disconnected. `code` is the error
   * code that a new request would get.
   */
  'channel:closed': z.object({
    channel: ChannelName,
    code: z.enum(['password_required', 'channel_not_found']),
  }),
  /**
   * The sharing settings or, if viewers share, the channel's swarms have changed. Viewers who share
   * request `GET /api/channels/NAME/sharing` again.
   */
  'channel:sharing': z.object({ channel: ChannelName, settings: SharingSettings }),
  /** The channel was deleted. */
  'channel:deleted': z.object({ channel: ChannelName }),
  /** A track to consume on the existing transport; paused until `viewer:resume`. */
  'viewer:consumer': ConsumerOptions,
  'viewer:consumer-closed': z.object({ consumerId: Id }),
  'viewer:consumer-paused': z.object({ consumerId: Id, paused: z.boolean() }),
  /** The simulcast layer that is being received; null if none is. */
  'viewer:current-layer': z.object({ consumerId: Id, layer: z.int().min(0).nullable() }),
  /** The transport failed on the server, so the client must join or start publishing again. */
  'transport:closed': z.object({ transportId: Id }),
  /**
   * This connection no longer publishes, because another one of the owner's connections took over
   * or the broadcast ended.
   */
  'publisher:closed': z.object({
    channel: ChannelName,
    reason: z.enum(['taken_over', 'ended']),
  }),
} as const;
