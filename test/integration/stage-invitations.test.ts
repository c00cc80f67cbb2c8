import { describe, expect, it, onTestFinished } from 'vitest';
import type { StageInvitationView } from '../../src/protocol/stage.js';
import { PrismaService } from '../../src/db/prisma.service.js';
import {
  GUESTS_ON_STAGE_MAX,
  GUESTS_WAITING_MAX,
  STAGE_INVITATIONS_MAX,
} from '../../src/protocol/limits.js';
import { StageInvitations } from '../../src/stage/invitations/stage-invitations.js';
import { api, guestCookie, type Person, register, registerWithChannel } from '../support/people.js';
import { refusal, request } from '../support/sockets.js';
import { invite, STAGE_WAIT, StageVisitor } from '../support/stage-visitor.js';
import { stopClock } from '../support/stop-clock.js';
import { useServer } from '../support/fixtures/use-server.js';
import { useHostAndGuests } from '../support/fixtures/use-host-and-guests.js';

const server = useServer();
const stage = useHostAndGuests(server);
const PATH = '/channels/ann/stage/invitations';

const listed = () => api<StageInvitationView[]>(server.url, stage.ann, 'GET', PATH);
const revoke = (id: string, who: Person = stage.ann) =>
  api(server.url, who, 'DELETE', `${PATH}/${id}`);
const REFUSED = 'stage_invitation_refused';

describe('an invitation to a stage', () => {
  it('is stored without its token, and counts each guest once', async () => {
    const { url, token, ...created } = await invite(server.url, stage.ann, {
      note: 'Bob',
      uses: 2,
    });
    expect(url.endsWith(`/stage/ann#${token}`)).toBe(true);
    await stage.open();
    const cookie = await guestCookie(server.url);
    const bob = await (await stage.connect(cookie)).join('ann', token);
    // The same guest returns with the token, or without it on the same device.
    await (await stage.connect()).join('ann', token, { resumeToken: bob.joined!.resumeToken });
    await (await stage.connect(cookie)).join('ann', token);
    const [first] = await listed();
    expect(first).toEqual({ ...created, used: 1, note: 'Bob', uses: 2 });
    expect(JSON.stringify(first)).not.toContain(token);
    await stage.guest(token, 'Eve');
    const third = await stage.connect();
    expect(await third.refusedJoin('ann', token)).toMatchObject({
      code: REFUSED,
      message: expect.stringMatching(/has been used/),
    });
  });

  it('is one place: a person’s second connection takes over from the first', async () => {
    const { token } = await invite(server.url, stage.ann);
    const host = await stage.open();
    const cookie = await guestCookie(server.url);
    const first = await (await stage.connect(cookie)).join('ann', token, { name: 'Bob' });
    const second = await (await stage.connect(cookie)).join('ann', token, { name: 'Bobby' });
    await expect.poll(() => first.closed, STAGE_WAIT).toEqual(['taken_over']);
    expect(second.id).toBe(first.id);
    await expect.poll(() => host.seen, STAGE_WAIT).toEqual(['Bobby', 'ann']);
  });

  it('is refused if it is unknown, for another channel, or expired', async () => {
    const zoe = await registerWithChannel(server.url, 'zoe');
    const { token, id } = await invite(server.url, stage.ann);
    await stage.open();
    const bob = await stage.connect();
    expect(await bob.refusedJoin('ann', 'x'.repeat(22))).toMatchObject({
      code: REFUSED,
      message: expect.stringMatching(/ask the host for a new one/i),
    });
    // A channel that exists gets the same answer as one that doesn't.
    const [other, none] = [zoe.username, 'no-such-channel'];
    expect(await bob.refusedJoin(other, token)).toEqual(await bob.refusedJoin(none, token));
    await server.app
      .get(PrismaService)
      .stageInvitation.update({ where: { id }, data: { expiresAt: new Date() } });
    expect(await bob.refusedJoin('ann', token)).toMatchObject({
      code: REFUSED,
      message: expect.stringMatching(/expired/),
    });
    expect((await listed()).map((one) => one.id)).not.toContain(id);
  });

  it('lets a guest who is on the stage return after it has expired', async () => {
    const { token, id } = await invite(server.url, stage.ann);
    await stage.open();
    const bob = await stage.guest(token);
    await server.app
      .get(PrismaService)
      .stageInvitation.update({ where: { id }, data: { expiresAt: new Date() } });
    const { resumeToken } = bob.joined!;
    const again = await (await stage.connect()).join('ann', token, { resumeToken });
    expect(again.id).toBe(bob.id);
  });

  it('removes its guests when it is revoked, and admits nobody any more', async () => {
    const { token, id } = await invite(server.url, stage.ann, { uses: 2 });
    const other = await invite(server.url, stage.ann);
    const host = await stage.open();
    const bob = await stage.guest(token);
    const eve = await stage.guest(other.token, 'Eve');
    await revoke(id);
    await expect.poll(() => bob.closed, STAGE_WAIT).toEqual(['revoked']);
    await expect.poll(() => host.seen, STAGE_WAIT).toEqual(['Eve', 'ann']);
    expect(eve.closed).toEqual([]);
    for (const one of [bob, await stage.connect()])
      expect(await one.refusedJoin('ann', token)).toMatchObject({
        code: REFUSED,
        message: expect.stringMatching(/revoked/),
      });
    await expect(revoke(id)).rejects.toThrow('not_found');
    await expect(revoke(other.id, await register(server.url, 'eve'))).rejects.toThrow('forbidden');
  });

  it('can require an account', async () => {
    const { token } = await invite(server.url, stage.ann, { accountRequired: true });
    await stage.open();
    const guest = await stage.connect();
    expect(await guest.refusedJoin('ann', token)).toMatchObject({
      code: 'not_logged_in',
      message: expect.stringMatching(/Log in/),
    });
    const tim = await register(server.url, 'tim');
    await (await stage.connect(tim.cookie)).join('ann', token);
  });

  it('is forgotten a week after it was closed', async () => {
    const db = server.app.get(PrismaService).stageInvitation;
    const made = [];
    for (let n = 0; n < 4; n += 1) made.push((await invite(server.url, stage.ann)).id);
    const daysAgo = (days: number) => new Date(Date.now() - days * 86_400_000);
    const [expired = '', withdrawn = '', lately = '', open = ''] = made;
    await db.update({ where: { id: expired }, data: { expiresAt: daysAgo(8) } });
    await db.update({ where: { id: withdrawn }, data: { revokedAt: daysAgo(8) } });
    await db.update({ where: { id: lately }, data: { expiresAt: daysAgo(6) } });
    await server.app.get(StageInvitations).sweep();
    const left = await db.findMany({ where: { id: { in: made } }, orderBy: { id: 'asc' } });
    expect(left.map(({ id }) => id)).toEqual([lately, open]);
  });

  it('is limited in number', async () => {
    const rich = await registerWithChannel(server.url, 'rich');
    for (let n = 0; n < STAGE_INVITATIONS_MAX; n += 1) await invite(server.url, rich);
    await expect(invite(server.url, rich)).rejects.toThrow('stage_limit');
    const path = '/channels/rich/stage/invitations';
    const [first] = await api<StageInvitationView[]>(server.url, rich, 'GET', path);
    await api(server.url, rich, 'DELETE', `${path}/${first?.id}`);
    await invite(server.url, rich);
  });
});

describe('a stage', () => {
  it('admits a limited number of guests, on stage and in the green room', async () => {
    const uses = GUESTS_WAITING_MAX;
    const invitations = [
      await invite(server.url, stage.ann, { uses }),
      await invite(server.url, stage.ann, { uses }),
    ];
    const tokens = invitations.flatMap(({ token }) => Array<string>(uses).fill(token));
    const next = () => tokens.shift() ?? '';
    const host = await stage.open();
    for (let n = 0; n < GUESTS_ON_STAGE_MAX; n += 1)
      await stage.bringOn(host, await stage.guest(next(), `On stage ${n}`));
    const waiting = [];
    for (let n = 0; n < GUESTS_WAITING_MAX; n += 1)
      waiting.push(await stage.guest(next(), `Waiting ${n}`));
    const [first] = waiting;
    const participant = first!.id;
    const bringing = { participant, place: 'on-stage' };
    expect(await refusal(host.socket, 'stage:place', bringing)).toMatchObject({
      code: 'stage_limit',
      message: expect.stringMatching(/8 guests are already on stage/),
    });
    const late = await stage.connect();
    expect(await late.refusedJoin('ann', next())).toMatchObject({
      code: 'stage_limit',
      message: expect.stringMatching(/20 guests are already waiting/),
    });
    await request(host.socket, 'stage:remove', { participant });
    await late.join('ann', next(), { name: 'Late' });
  });

  it('of a private channel is open to invited guests, who see nothing else of the channel', async () => {
    await api(server.url, stage.ann, 'PATCH', '/channels/ann/access', { visibility: 'private' });
    onTestFinished(() =>
      api<void>(server.url, stage.ann, 'PATCH', '/channels/ann/access', { visibility: 'public' }),
    );
    const { token } = await invite(server.url, stage.ann);
    const host = await stage.open();
    await host.produce('camera');
    const bob = await stage.guest(token);
    await stage.bringOn(host, bob);
    await bob.receives('ann camera');
    expect(bob.state?.title).toBe('Tea with Ann');
    for (const event of ['viewer:join', 'chat:join'])
      expect((await refusal(bob.socket, event, { channel: 'ann' })).code).toBe('channel_not_found');
    expect((await fetch(`${server.url}/api/channels/ann`)).status).toBe(404);
  });

  // This test comes last, because the ban also applies to the address that all guests in the tests
  // share.
  it('is closed to people who are banned from the channel', async () => {
    const { token } = await invite(server.url, stage.ann, { uses: 5 });
    const host = await stage.open();
    const cookie = await guestCookie(server.url);
    const [name, channel] = ['Troll', 'ann'];
    const troll = await (await stage.connect(cookie)).join(channel, token, { name });
    await request(troll.socket, 'chat:join', { channel });
    const { seq } = await request(troll.socket, 'chat:send', {
      channel,
      text: 'boo',
      nonce: crypto.randomUUID(),
      guestName: name,
    });
    await request(host.socket, 'chat:ban', { channel, seq });
    await expect.poll(() => troll.closed, STAGE_WAIT).toEqual(['removed']);
    const again = await stage.connect(cookie);
    expect((await again.refusedJoin(channel, token)).code).toBe('banned');
  });
});

describe('guesses at invitations', () => {
  const other = useServer();

  it('are limited by address, whichever connections they arrive over', async () => {
    onTestFinished(stopClock());
    const owner = await registerWithChannel(other.url, 'tea');
    const { token } = await invite(other.url, owner);
    const host = await StageVisitor.connect(other.url, owner.cookie);
    await host.open('tea');
    const codes: string[] = [];
    const guess = async (text: string) => {
      const guest = await StageVisitor.connect(other.url);
      codes.push((await guest.refusedJoin('tea', text)).code);
      guest.socket.disconnect();
    };
    for (let n = 0; n < 25; n += 1) await guess(`guess-${n}`);
    expect(codes.slice(0, 20)).toEqual(Array(20).fill(REFUSED));
    expect(codes.slice(20)).toEqual(Array(5).fill('rate_limited'));
    // The limit applies before the token is checked.
    await guess(token);
    expect(codes.at(-1)).toBe('rate_limited');
    host.socket.disconnect();
  });
});
