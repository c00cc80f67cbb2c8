import { describe, expect, it, onTestFinished } from 'vitest';
import type { MediaKind, TransportOptions } from '../../src/protocol/rtc.js';
import { SfuService } from '../../src/sfu/sfu.service.js';
import { refusal, request } from '../support/sockets.js';
import { invite, STAGE_WAIT, type StageVisitor } from '../support/stage-visitor.js';
import { useServer } from '../support/fixtures/use-server.js';
import { useHostAndGuests } from '../support/fixtures/use-host-and-guests.js';
import { WeriftReceiver, WeriftSender, weriftCapabilities } from '../support/werift-transports.js';

const server = useServer({ overrides: { RTC_WORKERS: '2' } });
const stage = useHostAndGuests(server);
const SOURCES = { audio: 'microphone', video: 'camera' } as const;

const capabilities = () => weriftCapabilities(server.app.get(SfuService).rtpCapabilities);
const connecting =
  ({ socket }: StageVisitor, { id: transportId }: TransportOptions) =>
  (dtlsParameters: Parameters<Parameters<typeof WeriftSender.open>[0]['connect']>[0]) =>
    request(socket, 'transport:connect', { transportId, dtlsParameters });

/** Sends real media from a participant. */
async function send(visitor: StageVisitor, ...kinds: MediaKind[]): Promise<void> {
  const transport = visitor.joined!.send;
  const sender = await WeriftSender.open({
    kinds,
    transport,
    connect: connecting(visitor, transport),
    produce: (kind, rtpParameters) =>
      request(visitor.socket, 'stage:produce', { source: SOURCES[kind], kind, rtpParameters }),
  });
  onTestFinished(() => sender.close());
}

/** Receives a participant's actual media, at most one track of each kind. */
async function receive(visitor: StageVisitor): Promise<WeriftReceiver> {
  const transport = visitor.joined!.receive;
  const tracks = [...visitor.tracks.values()].map(({ options }) => options);
  const receiver = await WeriftReceiver.open({
    tracks,
    capabilities: capabilities(),
    transport,
    connect: connecting(visitor, transport),
  });
  onTestFinished(() => receiver.close());
  const consumerIds = tracks.map(({ id }) => id);
  // A track that has ended in the meantime doesn't keep the others from starting.
  const error = await refusal(visitor.socket, 'stage:resume', {
    consumerIds: ['ended', ...consumerIds],
  });
  expect(error.code).toBe('consumer_not_found');
  return receiver;
}

/** Publishes the channel's programme over the host's connection. */
async function goLive({ socket }: StageVisitor): Promise<void> {
  const { transport } = await request(socket, 'publisher:start', { channel: 'ann' });
  const sender = await WeriftSender.open({
    kinds: ['audio', 'video'],
    transport,
    connect: (dtlsParameters) =>
      request(socket, 'transport:connect', { transportId: transport.id, dtlsParameters }),
    produce: (kind, rtpParameters) => request(socket, 'publisher:produce', { kind, rtpParameters }),
  });
  onTestFinished(() => sender.close());
}

const packets = async (receiver: WeriftReceiver, kind: MediaKind) => {
  const before = receiver.packets[kind];
  await expect.poll(() => receiver.packets[kind], STAGE_WAIT).toBeGreaterThan(before + 20);
};

describe('media on a stage', () => {
  it('reaches the host from the green room, and guests from the stage', async () => {
    const { token } = await invite(server.url, stage.ann, { uses: 2 });
    const host = await stage.open(capabilities());
    const bob = await stage.guest(token, 'Bob', capabilities());
    await send(bob, 'audio', 'video');
    await host.receives('Bob microphone', 'Bob camera');
    const ofHost = await receive(host);
    await packets(ofHost, 'audio');
    await packets(ofHost, 'video');
    const eve = await stage.guest(token, 'Eve', capabilities());
    for (const one of [bob, eve]) await stage.bringOn(host, one);
    await eve.receives('Bob microphone', 'Bob camera');
    const ofEve = await receive(eve);
    await packets(ofEve, 'audio');
    await packets(ofEve, 'video');
    // Mute is enforced on the server: the guest's client still sends.
    await request(host.socket, 'stage:mute', { participant: bob.id, muted: true });
    const heard = ofEve.packets.audio;
    await packets(ofEve, 'video');
    await packets(ofHost, 'video');
    expect(ofEve.packets.audio - heard).toBeLessThan(10);
    await request(host.socket, 'stage:mute', { participant: bob.id, muted: false });
    await packets(ofEve, 'audio');
  });

  it('includes the programme’s video for guests, while the channel is live', async () => {
    const { token } = await invite(server.url, stage.ann);
    const host = await stage.open(capabilities());
    const bob = await stage.guest(token, 'Bob', capabilities());
    expect(bob.state?.isLive).toBe(false);
    await goLive(host);
    await expect.poll(() => bob.state?.isLive, STAGE_WAIT).toBe(true);
    await bob.receives('programme camera');
    const receiver = await receive(bob);
    await packets(receiver, 'video');
    expect(receiver.packets.audio).toBe(0);
    expect(host.received).toEqual([]);
    // A guest who joins while the channel is live gets it too.
    const again = await stage.connect();
    const { resumeToken } = bob.joined!;
    await again.join('ann', token, { resumeToken, rtpCapabilities: capabilities() });
    await again.receives('programme camera');
    await packets(await receive(again), 'video');
    await request(host.socket, 'publisher:end', { channel: 'ann' });
    await again.receives();
    await expect.poll(() => again.state?.isLive, STAGE_WAIT).toBe(false);
  });
});
