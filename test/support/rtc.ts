import type { RequestInput } from '../../src/protocol/events.js';

type Track = RequestInput<'publisher:produce'>;
type Capabilities = NonNullable<RequestInput<'viewer:join'>['rtpCapabilities']>;

/** Chromium's parameters for a microphone. Uses a new SSRC unless one is given. */
export function audioTrack(ssrc = newSsrc()): Track {
  return {
    kind: 'audio',
    rtpParameters: {
      mid: '0',
      codecs: [
        {
          mimeType: 'audio/opus',
          payloadType: 111,
          clockRate: 48_000,
          channels: 2,
          parameters: { minptime: 10, useinbandfec: 1 },
        },
      ],
      headerExtensions: [{ uri: 'urn:ietf:params:rtp-hdrext:sdes:mid', id: 4 }],
      encodings: [{ ssrc }],
      rtcp: { cname: 'onair-test' },
    },
  };
}

/** Chromium's parameters for a camera: three simulcast layers of H.264, by rid. */
export function videoTrack(): Track {
  return {
    kind: 'video',
    rtpParameters: {
      mid: '1',
      codecs: [
        {
          mimeType: 'video/H264',
          payloadType: 103,
          clockRate: 90_000,
          parameters: {
            'packetization-mode': 1,
            'profile-level-id': '42e01f',
            'level-asymmetry-allowed': 1,
          },
          rtcpFeedback: [{ type: 'nack' }, { type: 'nack', parameter: 'pli' }],
        },
      ],
      headerExtensions: [
        { uri: 'urn:ietf:params:rtp-hdrext:sdes:mid', id: 4 },
        { uri: 'urn:ietf:params:rtp-hdrext:sdes:rtp-stream-id', id: 10 },
      ],
      encodings: ['r0', 'r1', 'r2'].map((rid) => ({ rid, scalabilityMode: 'L1T1' })),
      rtcp: { cname: 'onair-test' },
    },
  };
}

/** The receive capabilities of a browser that supports H.264. */
export const h264Viewer: Capabilities = {
  codecs: [
    {
      kind: 'audio',
      mimeType: 'audio/opus',
      preferredPayloadType: 100,
      clockRate: 48_000,
      channels: 2,
    },
    {
      kind: 'video',
      mimeType: 'video/H264',
      preferredPayloadType: 101,
      clockRate: 90_000,
      parameters: {
        'packetization-mode': 1,
        'profile-level-id': '42e01f',
        'level-asymmetry-allowed': 1,
      },
    },
  ],
  headerExtensions: [],
};

/** The receive capabilities of stock Firefox without OpenH264. */
export const vp8Viewer: Capabilities = {
  codecs: [
    ...h264Viewer.codecs.filter(({ kind }) => kind === 'audio'),
    { kind: 'video', mimeType: 'video/VP8', preferredPayloadType: 101, clockRate: 90_000 },
  ],
  headerExtensions: [],
};

/** Well-formed DTLS parameters with which no handshake can succeed. */
export const dtlsParameters = {
  role: 'client' as const,
  fingerprints: [
    {
      algorithm: 'sha-256' as const,
      value: Array.from({ length: 32 }, (_, i) =>
        i.toString(16).padStart(2, '0').toUpperCase(),
      ).join(':'),
    },
  ],
};

let lastSsrc = 1_000_000;

function newSsrc(): number {
  lastSsrc += 1;
  return lastSsrc;
}
