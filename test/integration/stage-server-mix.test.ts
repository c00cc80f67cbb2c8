import { setTimeout as pause } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import type { MixProgramme } from '../../src/protocol/stage.js';
import { StageSfu } from '../../src/sfu/stage/stage-sfu.js';
import { useHostAndGuests } from '../support/fixtures/use-host-and-guests.js';
import { useServer } from '../support/fixtures/use-server.js';
import { registerWithChannel } from '../support/people.js';
import { refusal, request } from '../support/sockets.js';
import { invite, STAGE_WAIT, StageVisitor } from '../support/stage-visitor.js';

const PROGRAMME: MixProgramme = {
  format: 'wide',
  scene: {
    id: '6f0fd7c1-6c43-4d5d-8a5c-2f6c3c8f5b11',
    name: 'Grid',
    layout: 'grid',
    background: { color: '#14161a', asset: null },
    accent: '#3f6ae0',
    names: true,
    logo: null,
    ticker: '',
    fullscreen: null,
  },
  overlays: { banner: null, countdownToMs: null },
  volumes: {},
};

const sourceOf = async (url: string, channel: string) => {
  const response = await fetch(`${url}/api/channels/${channel}`);
  const { broadcast } = (await response.json()) as {
    broadcast: { source: string; state: string } | null;
  };
  return broadcast && `${broadcast.source} ${broadcast.state}`;
};

/** Starts a broadcast; the first media comes from the mixer. */
const goLive = ({ socket }: StageVisitor, channel: string) =>
  request(socket, 'publisher:start', { channel });

describe.skipIf(process.env.MIX_PYTHON_BIN === '')('a server that mixes', () => {
  const server = useServer({ overrides: { MIX_MAX: '1', GRACE_SECONDS: '2' } });
  const stage = useHostAndGuests(server);
  const mixers = () => server.app.get(StageSfu).mixers;
  const ready = async () => {
    await expect.poll(() => server.app.get(StageSfu).canMix, STAGE_WAIT).toBe(true);
  };

  it('mixes for the host only, and only a live broadcast', async () => {
    await ready();
    const { token } = await invite(server.url, stage.ann);
    const host = await stage.open();
    expect(host.state?.mix).toBe('off');
    const bob = await stage.guest(token);
    expect(await refusal(bob.socket, 'stage:mix', PROGRAMME)).toMatchObject({ code: 'forbidden' });
    expect(await refusal(host.socket, 'stage:mix', PROGRAMME)).toMatchObject({ code: 'not_live' });
    expect(await refusal(host.socket, 'stage:mix-programme', PROGRAMME)).toMatchObject({
      code: 'conflict',
    });
    expect(host.state?.mix).toBe('off');
    expect(mixers()).toBe(0);
  });

  it('refuses mixes beyond its limit, with an explanation, until one has ended', async () => {
    await ready();
    const zoe = await registerWithChannel(server.url, 'zoe', 'Zoe');
    const host = await stage.open();
    await goLive(host, 'ann');
    await request(host.socket, 'stage:mix', PROGRAMME);
    await expect.poll(() => host.state?.mix, STAGE_WAIT).toBe('on');
    await expect.poll(() => sourceOf(server.url, 'ann'), STAGE_WAIT).toBe('mixer live');

    const other = await StageVisitor.connect(server.url, zoe.cookie);
    await other.open('zoe');
    await goLive(other, 'zoe');
    const { code, message } = await refusal(other.socket, 'stage:mix', PROGRAMME);
    expect(code).toBe('stage_limit');
    expect(message).toBe(
      'This server already mixes another stage, which is its limit. Mix in your browser, or try again later.',
    );
    expect(other.state?.mix).toBe('off');

    // The owner's browser takes the broadcast back, which ends the mix.
    await goLive(host, 'ann');
    await expect.poll(() => host.state?.mix, STAGE_WAIT).toBe('off');
    expect(mixers()).toBe(0);
    await request(other.socket, 'stage:mix', PROGRAMME);
    await expect.poll(() => sourceOf(server.url, 'zoe'), STAGE_WAIT).toBe('mixer live');
    await request(other.socket, 'publisher:end', { channel: 'zoe' });
    await expect.poll(mixers, STAGE_WAIT).toBe(0);
    other.socket.disconnect();
  });

  it('keeps a stage open without its host, and ends it when everyone has left', async () => {
    await ready();
    const { token } = await invite(server.url, stage.ann);
    const host = await stage.open();
    const bob = await stage.guest(token);
    await stage.bringOn(host, bob);
    await goLive(host, 'ann');
    await request(host.socket, 'stage:mix', PROGRAMME);
    await expect.poll(() => sourceOf(server.url, 'ann'), STAGE_WAIT).toBe('mixer live');
    host.socket.disconnect();
    await expect.poll(() => bob.sees('ann')?.isAway, STAGE_WAIT).toBe(true);

    // The host returns after more than the grace period.
    await pause(3_000);
    expect(await sourceOf(server.url, 'ann')).toBe('mixer live');
    const again = await stage.open();
    expect(again.state?.mix).toBe('on');
    expect(again.sees('Bob')?.place).toBe('on-stage');

    again.socket.disconnect();
    await request(bob.socket, 'stage:leave', {});
    await expect.poll(() => sourceOf(server.url, 'ann'), STAGE_WAIT).toBeNull();
    await expect.poll(mixers, STAGE_WAIT).toBe(0);
  });
});

describe('a server without GStreamer', () => {
  const server = useServer({ overrides: { MIX_MAX: '1', MIX_PYTHON_BIN: '/nowhere/python3' } });
  const stage = useHostAndGuests(server);

  it('says that it can’t mix', async () => {
    const host = await stage.open();
    expect(host.state?.mix).toBe('unavailable');
    await goLive(host, 'ann');
    expect(await refusal(host.socket, 'stage:mix', PROGRAMME)).toMatchObject({
      code: 'unavailable',
      message: 'This server can’t mix. Mix in your browser.',
    });
  });
});
