import { z } from 'zod';

/**
 * WebRTC parameters in mediasoup's format. The schemas validate their shape and size. Only
 * mediasoup can validate their meaning (codecs, payload types, SSRCs); if it rejects them, the
 * error is `media_refused`.
 */

const Name = z.string().min(1).max(200);
const Parameters = z.record(
  z.string().max(100),
  z.union([z.string().max(2_000), z.number(), z.null()]),
);
const Feedback = z.object({
  type: z.string().max(50),
  parameter: z.string().max(50).exactOptional(),
});
const PayloadType = z.int().min(0).max(127);
const Ssrc = z.int().min(0).max(0xffff_ffff);
export const MediaKind = z.enum(['audio', 'video']);
export type MediaKind = z.output<typeof MediaKind>;

const Codec = z.object({
  mimeType: Name,
  clockRate: z.int().positive(),
  channels: z.int().min(1).max(255).exactOptional(),
  parameters: Parameters.exactOptional(),
  rtcpFeedback: z.array(Feedback).max(20).exactOptional(),
});

export const RtpCapabilities = z.object({
  codecs: z.array(Codec.extend({ kind: MediaKind, preferredPayloadType: PayloadType })).max(100),
  headerExtensions: z
    .array(
      z.object({
        kind: MediaKind,
        uri: Name,
        preferredId: z.int().min(1).max(255),
        preferredEncrypt: z.boolean().exactOptional(),
        direction: z.enum(['sendrecv', 'sendonly', 'recvonly', 'inactive']).exactOptional(),
      }),
    )
    .max(50),
});
export type RtpCapabilities = z.output<typeof RtpCapabilities>;

export const RtpParameters = z.object({
  mid: z.string().max(50).exactOptional(),
  msid: z.string().max(200).exactOptional(),
  codecs: z
    .array(Codec.extend({ payloadType: PayloadType }))
    .min(1)
    .max(10),
  headerExtensions: z
    .array(
      z.object({
        uri: Name,
        id: z.int().min(1).max(255),
        encrypt: z.boolean().exactOptional(),
        parameters: Parameters.exactOptional(),
      }),
    )
    .max(50)
    .default([]),
  encodings: z
    .array(
      z.object({
        ssrc: Ssrc.exactOptional(),
        rid: z.string().max(50).exactOptional(),
        codecPayloadType: PayloadType.exactOptional(),
        rtx: z.object({ ssrc: Ssrc }).exactOptional(),
        dtx: z.boolean().exactOptional(),
        scalabilityMode: z.string().max(20).exactOptional(),
        scaleResolutionDownBy: z.number().positive().exactOptional(),
        maxBitrate: z.int().nonnegative().exactOptional(),
        maxFramerate: z.number().positive().exactOptional(),
        active: z.boolean().exactOptional(),
      }),
    )
    .min(1)
    .max(4),
  rtcp: z
    .object({
      cname: z.string().max(200).exactOptional(),
      reducedSize: z.boolean().exactOptional(),
      mux: z.boolean().exactOptional(),
    })
    .default({}),
});
export type RtpParameters = z.output<typeof RtpParameters>;

export const DtlsParameters = z.object({
  role: z.enum(['auto', 'client', 'server']).exactOptional(),
  fingerprints: z
    .array(
      z.object({
        algorithm: z.enum(['sha-1', 'sha-224', 'sha-256', 'sha-384', 'sha-512']),
        value: z
          .string()
          .max(200)
          .regex(/^[0-9a-f]{2}(?::[0-9a-f]{2})+$/i, 'hexadecimal octets separated by ":"'),
      }),
    )
    .min(1)
    .max(10),
});
export type DtlsParameters = z.output<typeof DtlsParameters>;

export const IceParameters = z.object({
  usernameFragment: z.string(),
  password: z.string(),
  iceLite: z.boolean().exactOptional(),
});

export type IceParameters = z.output<typeof IceParameters>;

const IceCandidate = z.object({
  foundation: z.string(),
  priority: z.number(),
  ip: z.string(),
  address: z.string(),
  protocol: z.enum(['udp', 'tcp']),
  port: z.number(),
  type: z.enum(['host', 'srflx', 'prflx', 'relay']),
  tcpType: z.enum(['active', 'passive', 'so']).exactOptional(),
});

/** The argument for mediasoup-client's createSendTransport and createRecvTransport. */
export const TransportOptions = z.object({
  id: z.string(),
  iceParameters: IceParameters,
  iceCandidates: z.array(IceCandidate),
  dtlsParameters: DtlsParameters,
});
export type TransportOptions = z.output<typeof TransportOptions>;

/** STUN and TURN servers; TURN credentials expire. */
export const IceServer = z.object({
  urls: z.array(z.string()),
  username: z.string().exactOptional(),
  credential: z.string().exactOptional(),
});
export type IceServer = z.output<typeof IceServer>;

/** The argument for mediasoup-client's consume, and the number of available simulcast layers. */
export const ConsumerOptions = z.object({
  id: z.string(),
  producerId: z.string(),
  kind: MediaKind,
  rtpParameters: RtpParameters,
  /** The number of spatial layers; 1 without simulcast. */
  layers: z.int().min(1),
  /** Whether the publisher has muted this track. */
  producerPaused: z.boolean(),
});
export type ConsumerOptions = z.output<typeof ConsumerOptions>;
