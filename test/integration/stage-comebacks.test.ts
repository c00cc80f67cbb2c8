import { describe, expect, it } from 'vitest';
import { SfuService } from '../../src/sfu/sfu.service.js';
import { Metrics } from '../../src/common/metrics.js';
import { disconnected } from '../support/sockets.js';
import { invite, STAGE_WAIT, StageVisitor } from '../support/stage-visitor.js';
import { useServer } from '../support/fixtures/use-server.js';
import { useHostAndGuests } from '../support/fixtures/use-host-and-guests.js';

describe('a stage whose participants lose their connections', () => {
  // Enough time for everyone to return, no matter how slow the machine is.
  const server = useServer({ overrides: { GRACE_SECONDS: '300' } });
  const stage = useHostAndGuests(server);

  it('keeps a guest’s place, settings and name', async () => {
    const { token } = await invite(server.url, stage.ann, { uses: 2 });
    const host = await stage.open();
    const bob = await stage.guest(token);
    const eve = await stage.guest(token, 'Eve');
    for (const one of [bob, eve]) await stage.bringOn(host, one);
    await bob.produce('microphone');
    await eve.produce('microphone');
    await eve.receives('Bob microphone');
    bob.socket.disconnect();
    await expect
      .poll(() => host.sees('Bob'), STAGE_WAIT)
      .toMatchObject({ isAway: true, sends: [] });
    await eve.receives();
    const { resumeToken } = bob.joined!;
    const again = await (await stage.connect()).join('ann', token, { name: 'Bobby', resumeToken });
    // The host brought “Bob” on stage, and the name may be visible in the video.
    expect(again.sees('Bob')).toMatchObject({ place: 'on-stage', isAway: false });
    expect(again.id).toBe(bob.id);
    await again.receives('Eve microphone');
    await again.produce('microphone');
    await eve.receives('Bob microphone');
    await host.receives('Bob microphone', 'Eve microphone');
  });

  it('reopens for a host who reloads the page, with the same guests', async () => {
    const { token } = await invite(server.url, stage.ann, { uses: 2 });
    const host = await stage.open();
    const bob = await stage.guest(token);
    const eve = await stage.guest(token, 'Eve');
    await stage.bringOn(host, bob);
    await bob.produce('microphone');
    await eve.produce('camera');
    await host.produce('camera');
    await bob.receives('ann camera');
    host.socket.disconnect();
    await bob.receives();
    await expect.poll(() => bob.sees('ann')?.isAway, STAGE_WAIT).toBe(true);
    const again = await stage.open();
    await again.receives('Bob microphone', 'Eve camera');
    expect(again.sees('Bob')?.place).toBe('on-stage');
    expect(again.sees('Eve')?.place).toBe('waiting');
    expect(again.id).toBe(host.id);
    await again.produce('camera');
    await bob.receives('ann camera');
    expect([...bob.closed, ...eve.closed]).toEqual([]);
  });

  it('belongs to the host’s latest connection', async () => {
    const host = await stage.open();
    const other = await stage.open();
    await expect.poll(() => host.closed, STAGE_WAIT).toEqual(['taken_over']);
    expect((await host.refusedProduce('camera')).code).toBe('not_joined');
    await other.produce('camera');
  });

  it('notifies everyone when its worker dies, and continues on another one', async () => {
    const { token } = await invite(server.url, stage.ann, { uses: 2 });
    const host = await stage.open();
    const bob = await stage.guest(token);
    await stage.bringOn(host, bob);
    await bob.produce('microphone');
    await host.receives('Bob microphone');
    const sfu = server.app.get(SfuService);
    for (const { pid } of sfu.pool.workers) process.kill(pid, 'SIGKILL');
    for (const one of [host, bob])
      await expect.poll(() => one.closed, STAGE_WAIT).toEqual(['media_lost']);
    await expect.poll(() => sfu.ready, STAGE_WAIT).toBe(true);
    // The same connections return.
    await host.open('ann');
    await bob.join('ann', token, { resumeToken: bob.joined!.resumeToken });
    expect(bob.sees('Bob')?.place).toBe('on-stage');
    await bob.produce('microphone');
    await host.receives('Bob microphone');
  });
});

describe('a stage after the grace period', () => {
  const server = useServer({ overrides: { GRACE_SECONDS: '1' } });
  const stage = useHostAndGuests(server);

  it('removes a guest who hasn’t returned', async () => {
    const { token } = await invite(server.url, stage.ann);
    const host = await stage.open();
    const bob = await stage.guest(token);
    bob.socket.disconnect();
    await expect.poll(() => host.seen, STAGE_WAIT).toEqual(['ann']);
    // A return counts as the same use of the invitation only if the same person returns.
    const { resumeToken } = bob.joined!;
    const stranger = await stage.connect();
    expect((await stranger.refusedJoin('ann', token, { resumeToken })).code).toBe(
      'stage_invitation_refused',
    );
  });

  it('closes without its host', async () => {
    const { token } = await invite(server.url, stage.ann);
    const host = await stage.open();
    const bob = await stage.guest(token);
    host.socket.disconnect();
    await expect.poll(() => bob.closed, STAGE_WAIT).toEqual(['closed']);
    expect((await bob.refusedJoin('ann', token)).code).toBe('stage_closed');
  });

  it('is counted while it is open', async () => {
    const metrics = server.app.get(Metrics);
    const line = async (name: string) =>
      (await metrics.text()).body.split('\n').find((text) => text.startsWith(name));
    const { token } = await invite(server.url, stage.ann);
    const host = await stage.open();
    const bob = await stage.guest(token);
    expect(await line('onair_stages ')).toBe('onair_stages 1');
    const waiting = 'onair_stage_guests{place="waiting"}';
    expect(await line(waiting)).toBe(`${waiting} 1`);
    await stage.bringOn(host, bob);
    expect(await line(waiting)).toBe(`${waiting} 0`);
  });

  it('ends with the session of its host', async () => {
    const { token } = await invite(server.url, stage.ann);
    const login = await fetch(`${server.url}/api/auth/login`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ username: 'ann', password: 'correct horse battery' }),
    });
    const cookie = login.headers
      .getSetCookie()
      .map((text) => text.split(';')[0])
      .join('; ');
    const host = await (await stage.connect(cookie)).open('ann');
    const bob = await StageVisitor.connect(server.url);
    await bob.join('ann', token);
    await fetch(`${server.url}/api/auth/logout`, { method: 'POST', headers: { cookie } });
    await disconnected(host.socket);
    await expect.poll(() => bob.closed, STAGE_WAIT).toEqual(['closed']);
    bob.socket.disconnect();
  });
});
