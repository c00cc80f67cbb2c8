import { observer, type types } from 'mediasoup';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { ConsumerOptions } from '../../src/protocol/rtc.js';
import { SfuService } from '../../src/sfu/sfu.service.js';
import { readOffer } from '../../src/sdp/offer.js';
import { receiverTerms, receivingSections } from '../../src/sdp/receiver-terms.js';
import { type Person, registerWithChannel } from '../support/people.js';
import { audioTrack, videoTrack } from '../support/rtc.js';
import { type ClientSocket, next, openSocket, request } from '../support/sockets.js';
import { useServer } from '../support/fixtures/use-server.js';
import { playerOffer } from '../support/whep-offers.js';

const TRANSPORT_CC = 'http://www.ietf.org/id/draft-holmer-rmcat-transport-wide-cc-extensions-01';
const test = useServer();
let ann: Person;
const sockets: ClientSocket[] = [];
/** The server's transports to browsers and players, and what is sent on them. */
const transports: types.WebRtcTransport[] = [];
const allConsumers: types.Consumer[] = [];

observer.on('newworker', (worker) =>
  worker.observer.on('newrouter', (router) =>
    router.observer.on('newtransport', (transport) => {
      if (transport.type !== 'webrtc') return;
      transports.push(transport as types.WebRtcTransport);
      transport.observer.on('newconsumer', (consumer) => allConsumers.push(consumer));
    }),
  ),
);

const connect = async (headers: Record<string, string> = {}): Promise<ClientSocket> => {
  const socket = await openSocket(test.url, headers);
  sockets.push(socket);
  return socket;
};

/** Returns a camera track with one layer. */
const oneLayer = () => {
  const track = videoTrack();
  track.rtpParameters.encodings = [{ ssrc: 4_711 }];
  return track;
};

const vp8 = () => {
  const track = videoTrack();
  track.rtpParameters.codecs = [{ mimeType: 'video/VP8', payloadType: 96, clockRate: 90_000 }];
  return track;
};

/** Announces a broadcast's tracks; `video` replaces the video track. */
const publish = async (video = videoTrack()) => {
  const socket = await connect({ cookie: ann.cookie });
  await request(socket, 'publisher:start', { channel: 'ann' });
  let { producerId } = await request(socket, 'publisher:produce', video);
  await request(socket, 'publisher:produce', audioTrack());
  const replace = async (track: ReturnType<typeof videoTrack>) => {
    await request(socket, 'publisher:unproduce', { producerId });
    ({ producerId } = await request(socket, 'publisher:produce', track));
  };
  return { socket, replace };
};

/** Joins with everything that the server's routers can send, as pages in Chromium do. */
const join = async () => {
  const socket = await connect();
  const { rtpCapabilities } = test.app.get(SfuService);
  const joined = await request(socket, 'viewer:join', { channel: 'ann', rtpCapabilities });
  const transport = transports.at(-1);
  /**
   * Returns the bit rate that mediasoup estimates for the viewer, or undefined if it estimates
   * none.
   */
  const availableBps = async () => (await transport?.getStats())?.[0]?.availableOutgoingBitrate;
  return { socket, consumers: joined.media?.consumers ?? [], availableBps };
};

/** Returns what a track's packets contain, and what the viewer reports, for the estimation. */
const estimationOf = ({
  rtpParameters,
}: Pick<ConsumerOptions | types.Consumer, 'rtpParameters'>) => [
  ...(rtpParameters.headerExtensions ?? [])
    .map(({ uri }) => uri)
    .filter((uri) => uri === TRANSPORT_CC || uri.endsWith('abs-send-time')),
  ...rtpParameters.codecs.flatMap(({ rtcpFeedback = [] }) =>
    rtcpFeedback
      .map(({ type }) => type)
      .filter((type) => type === 'transport-cc' || type === 'goog-remb'),
  ),
];

const ofKind = (consumers: readonly ConsumerOptions[], kind: 'audio' | 'video') => {
  const one = consumers.find((consumer) => consumer.kind === kind);
  if (!one) throw new Error(`no ${kind} is received`);
  return one;
};

beforeAll(async () => {
  ann = await registerWithChannel(test.url, 'ann');
});
afterEach(async () => {
  const owner = await connect({ cookie: ann.cookie });
  await request(owner, 'publisher:end', { channel: 'ann' });
  for (const socket of sockets.splice(0)) socket.disconnect();
});

describe('a viewer’s bandwidth', () => {
  it('is estimated by transport-cc, from the video, if the video has layers', async () => {
    await publish();
    const { consumers, availableBps } = await join();
    expect(estimationOf(ofKind(consumers, 'video'))).toEqual([TRANSPORT_CC, 'transport-cc']);
    expect(estimationOf(ofKind(consumers, 'audio'))).toEqual([]);
    expect(await availableBps()).toBeDefined();
  });

  it('is not estimated if the video has one layer', async () => {
    await publish(oneLayer());
    const { consumers, availableBps } = await join();
    for (const kind of ['audio', 'video'] as const)
      expect(estimationOf(ofKind(consumers, kind))).toEqual([]);
    expect(await availableBps()).toBeUndefined();
  });

  it('is estimated once there is a track with layers, over the same connection', async () => {
    const { replace } = await publish(oneLayer());
    const { socket, availableBps } = await join();
    const arrives = async (track: ReturnType<typeof videoTrack>) => {
      const added = next(socket, 'viewer:consumer');
      await replace(track);
      const [consumer] = await added;
      return consumer;
    };
    expect(estimationOf(await arrives(oneLayer()))).toEqual([]);
    expect(await availableBps()).toBeUndefined();
    expect(estimationOf(await arrives(videoTrack()))).toEqual([TRANSPORT_CC, 'transport-cc']);
    expect(await availableBps()).toBeDefined();
    // mediasoup continues to estimate, so the packets must still contain what it needs.
    expect(estimationOf(await arrives(oneLayer()))).toEqual([TRANSPORT_CC, 'transport-cc']);
  });
});

describe('a WHEP player’s bandwidth', () => {
  /**
   * Resolves with the video for a player with this offer; null means that the server makes the
   * offer.
   */
  const receive = async (sdp: string | null) => {
    const [media] = test.app.get(SfuService).broadcasts;
    await media?.receive(sdp === null ? null : receiverTerms(receivingSections(readOffer(sdp))));
    const video = allConsumers.findLast(({ kind }) => kind === 'video');
    if (!video || video.closed) throw new Error('no video is sent');
    return video;
  };

  it.each([
    ['is estimated if the video has layers', videoTrack, [TRANSPORT_CC, 'transport-cc']],
    ['is not estimated if the video has one layer', oneLayer, []],
  ])('%s, with the server’s offer', async (_what, track, used) => {
    await publish(track());
    expect(estimationOf(await receive(null))).toEqual(used);
  });

  it('is not estimated from REMB, which mediasoup ignores', async () => {
    // The recorded Firefox doesn't support H.264.
    await publish(vp8());
    const offer = playerOffer('firefox');
    expect(offer).toMatch(/goog-remb/);
    expect(estimationOf(await receive(offer))).toEqual([]);
  });
});
