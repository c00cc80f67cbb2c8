import { resolve } from 'node:path';
import fc from 'fast-check';
import { parse } from 'sdp-transform';
import { generateRouterRtpCapabilities } from 'mediasoup/ortc';
import { describe, expect, it } from 'vitest';
import { changedSdp } from '../../test/support/changed-sdp.js';
import { fuzzRuns } from '../../test/support/fuzz-runs.js';
import { PLAYERS, playerOffer } from '../../test/support/whep-offers.js';
import type { NumberedCodec } from '../broadcast/ports/media.js';
import type { RtpCapabilities } from '../protocol/rtc.js';
import { readOffer } from '../sdp/offer.js';
import { receiverTerms, receivingSections } from '../sdp/receiver-terms.js';
import { SdpError } from '../sdp/sdp-error.js';
import { senderAnswer, senderOffer } from '../sdp/sender-description.js';
import { agreedCapabilities } from './agreed-capabilities.js';
import { usefulCapabilities } from './bandwidth-estimation.js';
import { mediaCodecs } from './media-codecs.js';
import { numberCodecs } from './numbering.js';

const EXPECTED = resolve('test/fixtures/whep-offers/expected');

const transport = {
  iceParameters: { usernameFragment: 'l8k2xw0gq3v5', password: 'r7s3qf0m1x5t9d2k4h6b8n0c' },
  iceCandidates: [
    {
      foundation: 'udpcandidate',
      priority: 1_076_302_079,
      ip: '198.51.100.1',
      address: '198.51.100.1',
      protocol: 'udp' as const,
      port: 44_400,
      type: 'host' as const,
    },
  ],
  dtlsParameters: { fingerprints: [{ algorithm: 'sha-256' as const, value: 'AA:BB:CC:DD' }] },
};
const ESTIMATION = /goog-remb|transport-cc|transport-wide-cc|abs-send-time/;
const session = { id: 1_700_000_000_000, version: 1 };

/** Returns the routed codecs, with the codec being sent first. */
function routed(sent: string) {
  const codecs = generateRouterRtpCapabilities(structuredClone(mediaCodecs)).codecs ?? [];
  return codecs
    .filter(({ mimeType }) => !mimeType.endsWith('/rtx'))
    .toSorted((a, b) => Number(b.mimeType === sent) - Number(a.mimeType === sent));
}

const track = (
  kind: 'audio' | 'video',
  mimeType: string,
  ssrc: number,
  agreed: RtpCapabilities,
) => ({
  kind,
  rtpParameters: {
    codecs: agreed.codecs
      .filter((codec) => codec.mimeType === mimeType)
      .map((codec) => ({ ...codec, payloadType: codec.preferredPayloadType })),
    headerExtensions: [],
    encodings: [{ ssrc }],
    rtcp: { cname: 'publisher' },
  },
});

const answer = (player: string, sent: string) => answerTo(playerOffer(player), sent);

function answerTo(sdp: string, sent: string): string {
  const offer = readOffer(sdp);
  const sections = receivingSections(offer);
  const terms = receiverTerms(sections);
  const numbering = numberCodecs(routed(sent), terms.codecs);
  const router = generateRouterRtpCapabilities(structuredClone([...numbering.codecs]));
  const agreed = agreedCapabilities(router, terms) as RtpCapabilities;
  const tracks = [
    track('audio', 'audio/opus', 111_111, agreed),
    track('video', sent, 222_222, agreed),
  ];
  return senderAnswer({ offer, sections, transport, agreed, tracks, session });
}

describe('the answer to a player’s offer', () => {
  it.each(PLAYERS.flatMap((player) => ['H264', 'VP8'].map((codec) => [player, codec] as const)))(
    'for %s is unchanged, with %s',
    async (player, codec) => {
      const text = answer(player, `video/${codec}`);
      await expect(text).toMatchFileSnapshot(`${EXPECTED}/${player}-${codec}.sdp`);
    },
  );

  it.each(PLAYERS)('for %s keeps the payload types and extension ids from the offer', (player) => {
    const offered = parse(playerOffer(player));
    const answered = parse(answer(player, 'video/VP8'));
    expect(answered.media).toHaveLength(offered.media.length);
    for (const [index, media] of answered.media.entries()) {
      const section = offered.media[index]!;
      expect(media).toMatchObject({ type: section.type, mid: section.mid, direction: 'sendonly' });
      expect(media.rtp).not.toEqual([]);
      for (const { payload, codec, rate } of media.rtp) {
        const match = section.rtp.find((one) => one.payload === payload);
        expect([match?.codec.toLowerCase(), match?.rate]).toEqual([codec.toLowerCase(), rate]);
      }
      for (const { payload, config } of media.fmtp)
        expect(
          section.fmtp
            .find((one) => one.payload === payload)
            ?.config.split(';')
            .toSorted(),
        ).toEqual(config.split(';').toSorted());
      for (const { value, uri } of media.ext ?? [])
        expect(section.ext?.find((one) => one.uri === uri)?.value).toBe(value);
    }
  });

  it.each(PLAYERS)('for %s signals the SSRC of each section', (player) => {
    for (const { type, ssrcs, msid } of parse(answer(player, 'video/VP8')).media) {
      const id = type === 'audio' ? 111_111 : 222_222;
      const [{ id: stream, appdata }] = msid as unknown as [{ id: string; appdata: string }];
      expect(ssrcs).toEqual([
        { id, attribute: 'cname', value: 'publisher' },
        { id, attribute: 'msid', value: `${stream} ${appdata}` },
      ]);
    }
  });

  it('enables bandwidth estimation if its extension has the server’s id, and never REMB', () => {
    const offer = playerOffer('chrome').replaceAll(/^a=extmap:(\d+)/gm, (line, id: string) => {
      if (id === '3') return 'a=extmap:5';
      return id === '5' ? 'a=extmap:3' : line;
    });
    expect(answerTo(offer, 'video/VP8')).toMatch(/transport-cc/);
    for (const player of PLAYERS) expect(answer(player, 'video/VP8')).not.toMatch(ESTIMATION);
  });
});

describe('the answer to any offer', () => {
  it('contains all sections with the offered payload types, unless the offer is rejected with a reason', () => {
    fc.assert(
      fc.property(changedSdp(PLAYERS.map((player) => playerOffer(player))), (sdp) => {
        try {
          const text = answerTo(sdp, 'video/H264');
          const offered = parse(sdp).media;
          const answered = parse(text).media;
          expect(answered.map(({ type }) => type)).toEqual(offered.map(({ type }) => type));
          for (const [index, { port, payloads, direction }] of answered.entries()) {
            if (port === 0) continue;
            expect(direction).toBe('sendonly');
            const mayBe = new Set(String(offered[index]?.payloads).split(' '));
            for (const payload of String(payloads).split(' ')) expect(mayBe).toContain(payload);
          }
          expect(text.replaceAll('\r\n', '')).not.toMatch(/[\r\n]/);
        } catch (error) {
          if (!(error instanceof SdpError)) throw error;
        }
      }),
      { numRuns: fuzzRuns(400) },
    );
  });
});

describe('the server’s own offer', () => {
  it('contains everything with the server’s payload types, and leaves the DTLS role open', async () => {
    const router = generateRouterRtpCapabilities(structuredClone(mediaCodecs));
    const agreed = usefulCapabilities(router) as RtpCapabilities;
    await expect(senderOffer({ tracks: [], transport, agreed, session })).toMatchFileSnapshot(
      `${EXPECTED}/our-offer.sdp`,
    );
  });
});

describe('payload types', () => {
  const offered = (mimeType: string, payloadType: number, profile?: string): NumberedCodec => ({
    payloadType,
    mimeType,
    clockRate: 90_000,
    parameters:
      profile === undefined ? {} : { 'packetization-mode': 1, 'profile-level-id': profile },
    rtcpFeedback: [],
    rtxPayloadType: null,
  });
  const numbersOf = (...codecs: NumberedCodec[]) =>
    numberCodecs(routed('video/H264'), codecs).codecs.map(
      ({ mimeType, preferredPayloadType }) => [mimeType, preferredPayloadType] as const,
    );

  it('are those of the same H.264 profile, or else of another profile that decodes it', () => {
    const high = offered('video/H264', 35, '640c1f');
    const base = offered('video/H264', 36, '42e01f');
    expect(numbersOf(high, base)).toEqual([['video/H264', 36]]);
    expect(numbersOf(high)).toEqual([['video/H264', 35]]);
  });

  it('are not those of a codec with an explicit packetization mode of 0', () => {
    const parameters = { 'profile-level-id': '42e01f' };
    const unsaid = { ...offered('video/H264', 35), parameters };
    const single = { ...unsaid, parameters: { ...parameters, 'packetization-mode': 0 } };
    expect(numbersOf(single)).toEqual([]);
    expect(numbersOf(unsaid)).toEqual([['video/H264', 35]]);
    expect(numbersOf(unsaid, offered('video/H264', 36, '640c1f'))).toEqual([['video/H264', 36]]);
  });

  it('leave room for the types that the router assigns, dropping the least preferred codecs', () => {
    const codecs = [offered('video/H264', 100, '42e01f'), offered('video/VP8', 101)];
    expect(numbersOf(...codecs)).toEqual([['video/H264', 100]]);
    const apart = [offered('video/VP8', 100), offered('video/H264', 102, '42e01f')];
    expect(numbersOf(...apart)).toEqual([
      ['video/VP8', 100],
      ['video/H264', 102],
    ]);
    for (const choice of [codecs, apart])
      expect(() =>
        generateRouterRtpCapabilities(
          structuredClone([...numberCodecs(routed('video/H264'), choice).codecs]),
        ),
      ).not.toThrow();
  });

  it('give the same key to players of the same kind only', () => {
    const key = (...codecs: NumberedCodec[]) => numberCodecs(routed('video/VP8'), codecs).key;
    const vp8 = offered('video/VP8', 96);
    const h264 = offered('video/H264', 98, '42e01f');
    expect(key(vp8, h264)).toBe(key(h264, vp8));
    expect(key(vp8)).not.toBe(key(offered('video/VP8', 97)));
  });
});
