import { describe, expect, it } from 'vitest';
import { api, registerWithChannel } from '../support/people.js';
import { refusal, request } from '../support/sockets.js';
import { invite, STAGE_WAIT } from '../support/stage-visitor.js';
import { useServer } from '../support/fixtures/use-server.js';
import { useHostAndGuests } from '../support/fixtures/use-host-and-guests.js';

const server = useServer();
const stage = useHostAndGuests(server);
const inviteTwo = () => invite(server.url, stage.ann, { uses: 2 });

describe('the host of a stage', () => {
  it('must own the channel', async () => {
    const guest = await stage.connect();
    const opening = { channel: 'ann', rtpCapabilities: { codecs: [], headerExtensions: [] } };
    expect((await refusal(guest.socket, 'stage:open', opening)).code).toBe('not_logged_in');
    const { code } = await refusal(guest.socket, 'stage:close', {});
    expect(code).toBe('not_joined');
  });

  it('mutes a guest, who can’t undo it', async () => {
    const { token } = await inviteTwo();
    const host = await stage.open();
    const bob = await stage.guest(token);
    const [microphone = ''] = await bob.produce('microphone');
    await host.receives('Bob microphone');
    const heard = host.trackOf('Bob', 'microphone')?.options.id ?? '';
    const isPaused = () => host.paused.get(heard);
    expect(isPaused()).toBe(false);
    await request(host.socket, 'stage:mute', { participant: bob.id, muted: true });
    await expect.poll(isPaused, STAGE_WAIT).toBe(true);
    await expect.poll(() => bob.sees('Bob')?.isMutedByHost, STAGE_WAIT).toBe(true);
    // Neither resuming nor replacing the track has an effect.
    await request(bob.socket, 'stage:pause', { producerId: microphone, paused: false });
    await request(bob.socket, 'stage:unproduce', { producerId: microphone });
    await host.receives();
    await bob.produce('microphone');
    await host.receives('Bob microphone');
    expect(host.trackOf('Bob', 'microphone')?.options.producerPaused).toBe(true);
    const again = host.trackOf('Bob', 'microphone')?.options.id ?? '';
    await request(host.socket, 'stage:mute', { participant: bob.id, muted: false });
    await expect.poll(() => host.paused.get(again), STAGE_WAIT).toBe(false);
  });

  it('doesn’t unmute a guest who muted themselves', async () => {
    const { token } = await inviteTwo();
    const host = await stage.open();
    const bob = await stage.guest(token);
    const [producerId = ''] = await bob.produce('microphone');
    await host.receives('Bob microphone');
    const heard = host.trackOf('Bob', 'microphone')?.options.id ?? '';
    await request(bob.socket, 'stage:pause', { producerId, paused: true });
    await expect.poll(() => host.sees('Bob')?.isMuted, STAGE_WAIT).toBe(true);
    for (const muted of [true, false])
      await request(host.socket, 'stage:mute', { participant: bob.id, muted });
    await expect.poll(() => host.sees('Bob')?.isMutedByHost, STAGE_WAIT).toBe(false);
    expect(host.paused.get(heard)).toBe(true);
  });

  it('allows a guest to share a screen, and ends the sharing', async () => {
    const { token } = await inviteTwo();
    const host = await stage.open();
    const bob = await stage.guest(token);
    const { id: participant } = bob;
    expect(await bob.refusedProduce('screen')).toMatchObject({
      code: 'forbidden',
      message: expect.stringMatching(/Ask the host/),
    });
    await request(host.socket, 'stage:allow-screen', { participant, allowed: true });
    await expect.poll(() => bob.sees('Bob')?.mayShareScreen, STAGE_WAIT).toBe(true);
    await bob.produce('screen', 'camera');
    await host.receives('Bob camera', 'Bob screen');
    await request(host.socket, 'stage:allow-screen', { participant, allowed: false });
    await host.receives('Bob camera');
    await expect.poll(() => bob.sees('Bob')?.sends, STAGE_WAIT).toEqual(['camera']);
    expect((await bob.refusedProduce('screen')).code).toBe('forbidden');
  });

  it('removes a guest, who can’t return with the same invitation', async () => {
    const { token } = await inviteTwo();
    const host = await stage.open();
    const bob = await stage.guest(token);
    const eve = await stage.guest(token, 'Eve');
    for (const one of [bob, eve]) await stage.bringOn(host, one);
    await bob.produce('microphone');
    await eve.receives('Bob microphone');
    await request(host.socket, 'stage:remove', { participant: bob.id });
    await eve.receives();
    await expect.poll(() => bob.closed, STAGE_WAIT).toEqual(['removed']);
    expect((await bob.refusedProduce('camera')).code).toBe('not_joined');
    const { resumeToken } = bob.joined!;
    expect(await bob.refusedJoin('ann', token, { resumeToken })).toMatchObject({
      code: 'stage_invitation_refused',
      message: expect.stringMatching(/removed you/),
    });
    // By issuing another invitation, the host has made a new decision.
    await bob.join('ann', (await inviteTwo()).token);
    const { code } = await refusal(host.socket, 'stage:remove', { participant: 'nobody' });
    expect(code).toBe('not_found');
  });

  it('closes the stage for everyone', async () => {
    const { token } = await inviteTwo();
    const host = await stage.open();
    const bob = await stage.guest(token);
    await request(host.socket, 'stage:close', {});
    await expect.poll(() => bob.closed, STAGE_WAIT).toEqual(['closed']);
    expect(await bob.refusedJoin('ann', token)).toMatchObject({
      code: 'stage_closed',
      retryAfterMs: expect.any(Number),
    });
  });

  it('shows everyone the channel’s new title', async () => {
    const { token } = await inviteTwo();
    await stage.open();
    const bob = await stage.guest(token);
    const title = 'Cake with Ann';
    await api(server.url, stage.ann, 'PATCH', '/channels/ann', { title });
    await expect.poll(() => bob.state?.title, STAGE_WAIT).toBe(title);
  });

  it('loses the stage with the channel', async () => {
    const zoe = await registerWithChannel(server.url, 'zoe');
    const { token } = await invite(server.url, zoe);
    await (await stage.connect(zoe.cookie)).open('zoe');
    const bob = await (await stage.connect()).join('zoe', token);
    await api(server.url, zoe, 'DELETE', '/channels/zoe');
    await expect.poll(() => bob.closed, STAGE_WAIT).toEqual(['closed']);
  });
});

describe('a guest', () => {
  it('waits in the green room, where only the host sees and hears them', async () => {
    const { token, url } = await inviteTwo();
    expect(url).toMatch(/\/stage\/ann#[\w-]{22}$/);
    const host = await stage.open();
    await host.produce('microphone', 'camera');
    const bob = await stage.guest(token);
    const eve = await stage.guest(token, 'Eve');
    await bob.produce('microphone', 'camera');
    await host.receives('Bob microphone', 'Bob camera');
    await expect.poll(() => host.seen, STAGE_WAIT).toEqual(['Bob', 'Eve', 'ann']);
    expect(host.sees('Bob')).toMatchObject({
      role: 'guest',
      place: 'waiting',
      isAway: false,
      sends: ['microphone', 'camera'],
    });
    expect(bob.state).toMatchObject({ channel: 'ann', isLive: false });
    expect(bob.seen).toEqual(['Bob', 'ann']);
    expect(eve.seen).toEqual(['Eve', 'ann']);
    expect([...bob.received, ...eve.received]).toEqual([]);
  });

  it('is on stage with the host and other guests, from when the host brings them there until taken off', async () => {
    const { token } = await inviteTwo();
    const host = await stage.open();
    await host.produce('microphone', 'camera');
    const bob = await stage.guest(token);
    const eve = await stage.guest(token, 'Eve');
    await bob.produce('microphone');
    await eve.produce('camera');
    for (const one of [bob, eve]) await stage.bringOn(host, one);
    await bob.receives('ann microphone', 'ann camera', 'Eve camera');
    await eve.receives('ann microphone', 'ann camera', 'Bob microphone');
    await host.receives('Bob microphone', 'Eve camera');
    expect(bob.seen).toEqual(['Bob', 'Eve', 'ann']);
    // Later tracks arrive too.
    await eve.produce('microphone');
    await bob.receives('ann microphone', 'ann camera', 'Eve camera', 'Eve microphone');
    await request(host.socket, 'stage:place', { participant: eve.id, place: 'waiting' });
    await bob.receives('ann microphone', 'ann camera');
    await eve.receives();
    await host.receives('Bob microphone', 'Eve camera', 'Eve microphone');
  });

  it('chooses layers of what they receive, and of nothing else', async () => {
    const { token } = await inviteTwo();
    const host = await stage.open();
    const bob = await stage.guest(token);
    await bob.produce('camera');
    await host.receives('Bob camera');
    const consumerId = host.trackOf('Bob', 'camera')?.options.id ?? '';
    expect(host.trackOf('Bob', 'camera')?.options.layers).toBe(3);
    for (const layer of [0, 3]) await request(host.socket, 'stage:layer', { consumerId, layer });
    await request(host.socket, 'stage:resume', { consumerIds: [consumerId] });
    for (const [event, payload] of [
      ['stage:layer', { consumerId, layer: 0 }],
      ['stage:resume', { consumerIds: [consumerId] }],
    ] as const)
      expect((await refusal(bob.socket, event, payload)).code).toBe('consumer_not_found');
  });

  it('can’t do what only the host may, and sends each source only once', async () => {
    const { token } = await inviteTwo();
    await stage.open();
    const bob = await stage.guest(token);
    const participant = bob.id;
    for (const [event, payload] of [
      ['stage:place', { participant, place: 'on-stage' }],
      ['stage:mute', { participant, muted: false }],
      ['stage:allow-screen', { participant, allowed: true }],
      ['stage:remove', { participant }],
      ['stage:close', {}],
    ] as const)
      expect((await refusal(bob.socket, event, payload)).code).toBe('forbidden');
    await bob.produce('camera');
    expect((await bob.refusedProduce('camera')).code).toBe('conflict');
    const wrong = { source: 'microphone', kind: 'video' } as const;
    const { rtpParameters } = bob.producing('camera');
    const { code } = await refusal(bob.socket, 'stage:produce', { ...wrong, rtpParameters });
    expect(code).toBe('bad_request');
  });

  it('sends messages to the host from the green room, and to everyone from the stage', async () => {
    const { token } = await inviteTwo();
    const host = await stage.open();
    const bob = await stage.guest(token);
    const eve = await stage.guest(token, 'Eve');
    await request(bob.socket, 'stage:say', { text: 'am I audible?' });
    await request(host.socket, 'stage:say', { text: 'hello all' });
    const texts = (one: typeof host) => one.messages.map(({ name, text }) => `${name}: ${text}`);
    await expect.poll(() => texts(eve), STAGE_WAIT).toEqual(['ann: hello all']);
    expect(texts(host)).toEqual(['Bob: am I audible?', 'ann: hello all']);
    expect(texts(bob)).toEqual(texts(host));
    for (const one of [bob, eve]) await stage.bringOn(host, one);
    await request(bob.socket, 'stage:say', { text: 'hello Eve' });
    await expect.poll(() => texts(eve), STAGE_WAIT).toContain('Bob: hello Eve');
    const flood = Array.from({ length: 20 }, () =>
      bob.socket.emitWithAck('stage:say', { text: 'again' }),
    );
    expect(await Promise.all(flood)).toContainEqual(
      expect.objectContaining({ error: expect.objectContaining({ code: 'rate_limited' }) }),
    );
  });

  it('restarts ICE on both transports', async () => {
    const { token } = await inviteTwo();
    await stage.open();
    const bob = await stage.guest(token);
    for (const { id: transportId, iceParameters: before } of [
      bob.joined!.send,
      bob.joined!.receive,
    ]) {
      const { iceParameters } = await request(bob.socket, 'transport:restart-ice', { transportId });
      expect(iceParameters.usernameFragment).not.toBe(before.usernameFragment);
    }
  });

  it('leaves, and can return while the invitation is valid', async () => {
    const { token } = await invite(server.url, stage.ann);
    const host = await stage.open();
    const bob = await stage.guest(token);
    await bob.produce('camera');
    await host.receives('Bob camera');
    await request(bob.socket, 'stage:leave', {});
    await host.receives();
    await expect.poll(() => host.seen, STAGE_WAIT).toEqual(['ann']);
    // Everything that belonged to the guest's connection is gone, and the same person counts as one
    // use.
    const transportId = bob.joined!.send.id;
    expect((await refusal(bob.socket, 'transport:restart-ice', { transportId })).code).toBe(
      'transport_not_found',
    );
    await bob.join('ann', token, { name: 'Bob' });
    await expect.poll(() => host.seen, STAGE_WAIT).toEqual(['Bob', 'ann']);
  });
});
