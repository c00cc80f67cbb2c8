import { describe, expect, it } from 'vitest';
import {
  effectNames,
  job,
  PublishingPage,
  reply,
  shown,
  uplinkOf,
  view,
} from './publishing-test-page.js';
import type { PublishingEvent } from './publishing.js';
import type { Uplink } from './uplink.js';

describe('a lost connection', () => {
  it('keeps sending until the socket reconnects, then opens a new connection and resumes', () => {
    const uplink = uplinkOf('t1');
    const page = PublishingPage.live(uplink).tell({ name: 'offline' });
    expect(shown(page)).toBe('reconnecting, sending');
    expect(page.effects).toEqual([]);
    page.tell({ name: 'online' });
    expect(shown(page)).toBe('reconnecting, asking');
    expect(page.effects).toEqual([
      { name: 'close', uplink },
      { name: 'ask', attempt: 2, job, resumeToken: 'token', continues: 'b1' },
    ]);
    page.accepted(reply(view('interrupted'))).opened(uplinkOf('t2'));
    expect(shown(page)).toBe('reconnecting, sending');
    expect(shown(page.broadcast(view('live')))).toBe('live, sending');
  });

  it('restarts a resume that it interrupts', () => {
    const page = PublishingPage.live().tell({ name: 'offline' }).tell({ name: 'online' });
    page.accepted(reply(view('interrupted')));
    page.tell({ name: 'offline' });
    expect(shown(page)).toBe('reconnecting, opening');
    page.tell({ name: 'online' });
    expect(page.effects).toMatchObject([{ name: 'ask', attempt: 3, continues: 'b1' }]);
    const late = uplinkOf('t2');
    expect(page.opened(late, 2).effects).toEqual([{ name: 'close', uplink: late }]);
    expect(shown(page)).toBe('reconnecting, asking');
  });

  it('leaves a broadcast that was not live yet in the starting state', () => {
    expect(shown(PublishingPage.sending().tell({ name: 'offline' }))).toBe('starting, sending');
  });

  it('is replaced when ICE fails on the current uplink', () => {
    const uplink = uplinkOf('t1');
    const page = PublishingPage.live(uplink).tell({
      name: 'uplink-failed',
      uplink: uplinkOf('t0'),
    });
    expect(shown(page)).toBe('live, sending');
    page.tell({ name: 'uplink-failed', uplink });
    expect(shown(page)).toBe('reconnecting, asking');
    expect(page.effects).toMatchObject([
      { name: 'close', uplink },
      { name: 'ask', continues: 'b1' },
    ]);
  });

  it('is replaced when the server closes the current transport', () => {
    const page = PublishingPage.live().tell({ name: 'transport-closed', transportId: 't0' });
    expect(shown(page)).toBe('live, sending');
    page.tell({ name: 'transport-closed', transportId: 't1' });
    expect(shown(page)).toBe('reconnecting, asking');
    expect(effectNames(page)).toEqual(['close', 'ask']);
  });

  it('may recover if only the server has reported the loss', () => {
    const page = PublishingPage.live().broadcast(view('interrupted'));
    expect(shown(page)).toBe('reconnecting, sending');
    expect(shown(page.broadcast(view('live')))).toBe('live, sending');
  });

  it.each(['media_failed', 'timeout', 'rate_limited', 'broadcast_limit'] as const)(
    'is retried for a live broadcast after %s',
    (code) => {
      const page = PublishingPage.live()
        .tell({ name: 'offline' })
        .tell({ name: 'online' })
        .failed(code);
      expect(shown(page)).toBe('reconnecting, waiting');
    },
  );

  it.each([
    'not_logged_in',
    'account_disabled',
    'forbidden',
    'channel_not_found',
    'already_publishing',
    'bad_request',
  ] as const)('stops publishing even a live broadcast after %s', (code) => {
    const page = PublishingPage.live()
      .tell({ name: 'offline' })
      .tell({ name: 'online' })
      .failed(code);
    expect(page.state).toMatchObject({ name: 'failed', code });
  });

  it('shows the end of a broadcast that ended in the meantime', () => {
    const page = PublishingPage.live().tell({ name: 'offline' }).tell({ name: 'online' });
    expect(page.failed('not_live').state).toMatchObject({
      name: 'ended',
      broadcast: { id: 'b1' },
      reason: null,
    });
  });

  it('does not show a broadcast as live until reconnected, even if the server does', () => {
    const page = PublishingPage.live().tell({ name: 'offline' }).tell({ name: 'online' });
    expect(shown(page.broadcast(view('live')))).toBe('reconnecting, asking');
  });

  it('continues with another broadcast if the server had to start one', () => {
    const page = PublishingPage.live().tell({ name: 'offline' }).tell({ name: 'online' });
    page.accepted(reply(view('starting', { id: 'b2' }))).opened(uplinkOf('t2'));
    expect(page.broadcast(view('live', { id: 'b2' })).state).toMatchObject({
      name: 'live',
      broadcast: { id: 'b2' },
    });
  });
});

describe('the end', () => {
  it('is requested from the server, and takes effect when it agrees', () => {
    const uplink = uplinkOf('t1');
    const page = PublishingPage.live(uplink).tell({ name: 'end-requested' });
    expect(shown(page)).toBe('live, sending');
    expect(page.effects).toEqual([{ name: 'end', session: 1, channel: 'ann' }]);
    page.tell({ name: 'end-accepted', session: 1 });
    expect(page.state).toMatchObject({
      name: 'ended',
      broadcast: { id: 'b1' },
      reason: 'publisher_ended',
    });
    expect(page.effects).toEqual([{ name: 'close', uplink }]);
  });

  it('can be requested while connecting, and closes the connection that opens afterwards', () => {
    const page = PublishingPage.asking().tell({ name: 'end-requested' });
    page.accepted().tell({ name: 'end-accepted', session: 1 });
    const uplink = uplinkOf('t1');
    expect(page.opened(uplink).effects).toEqual([{ name: 'close', uplink }]);
    expect(page.state).toMatchObject({ name: 'ended', broadcast: { id: 'b1' } });
  });

  it('is the same if the server announces it before it agrees', () => {
    const ended = { ...view('ended'), endReason: 'publisher_ended' as const };
    const page = PublishingPage.live().tell({ name: 'end-requested' }).broadcast(ended);
    const { state } = page;
    expect(state).toMatchObject({ name: 'ended', broadcast: ended, reason: 'publisher_ended' });
    expect(page.tell({ name: 'end-accepted', session: 1 }).state).toBe(state);
  });

  it('of the previous session does not end the next one', () => {
    const page = PublishingPage.live().tell({ name: 'end-requested' }).broadcast(view('ended'));
    page.tell({ name: 'start', job, resumeToken: null });
    page.tell({ name: 'end-accepted', session: 1 });
    expect(shown(page)).toBe('starting, asking');
  });

  it('includes the reason if the server decided it', () => {
    const uplink = uplinkOf('t1');
    const page = PublishingPage.live(uplink).broadcast(view('ended'));
    expect(page.state).toMatchObject({ name: 'ended', reason: 'grace_elapsed' });
    expect(page.effects).toEqual([{ name: 'close', uplink }]);
  });

  it('is ignored for another broadcast or another channel', () => {
    const late = view('ended', { id: 'b0' });
    expect(shown(PublishingPage.asking().broadcast(late))).toBe('starting, asking');
    expect(shown(PublishingPage.live().broadcast(late))).toBe('live, sending');
    expect(shown(PublishingPage.live().broadcast(view('ended', { channel: 'bob' })))).toBe(
      'live, sending',
    );
  });

  it('does not happen on leaving, after which the broadcast can be resumed', () => {
    const uplink = uplinkOf('t1');
    const page = PublishingPage.live(uplink).tell({ name: 'left' });
    expect(page.state).toEqual({ name: 'idle', attempt: 1 });
    expect(page.effects).toEqual([{ name: 'close', uplink }]);
  });
});

describe('a takeover', () => {
  const takenOver: PublishingEvent = { name: 'taken-over', channel: 'ann' };

  it('by another connection stops this one', () => {
    const uplink = uplinkOf('t1');
    const page = PublishingPage.live(uplink).tell(takenOver);
    expect(page.state).toMatchObject({ name: 'failed', code: 'taken_over' });
    expect(page.effects).toEqual([{ name: 'close', uplink }]);
  });

  it.each([
    ['after the reply', PublishingPage.opening()],
    ['between two attempts', PublishingPage.live().tell({ name: 'offline' }).failed('timeout')],
  ])('%s stops this one too', (_when, page) => {
    expect(page.tell(takenOver).state).toMatchObject({ name: 'failed', code: 'taken_over' });
  });

  it('during an attempt is ignored: the reply says who publishes', () => {
    const uplink = uplinkOf('t1');
    const page = PublishingPage.live(uplink)
      .tell({ name: 'uplink-failed', uplink })
      .tell(takenOver);
    expect(shown(page)).toBe('reconnecting, asking');
    expect(shown(page.accepted())).toBe('reconnecting, opening');
  });

  it('of another channel is ignored', () => {
    expect(shown(PublishingPage.live().tell({ name: 'taken-over', channel: 'bob' }))).toBe(
      'live, sending',
    );
  });
});

describe('a publisher that moves to another node', () => {
  const moved = (page: PublishingPage, uplink: Uplink, attempt = page.state.attempt) =>
    page.tell({ name: 'moved', attempt, uplink });

  it('stays live, and closes the first uplink', () => {
    const [first, second] = [uplinkOf('t1'), uplinkOf('t2')];
    const page = moved(PublishingPage.live(first), second);
    expect(shown(page)).toBe('live, sending');
    expect(page.effects).toEqual([
      { name: 'retire', uplink: first },
      { name: 'send', attempt: page.state.attempt, uplink: second, job },
    ]);
    // What happens to the first uplink no longer matters.
    expect(page.tell({ name: 'uplink-failed', uplink: first }).effects).toEqual([]);
    expect(page.tell({ name: 'transport-closed', transportId: 't1' }).effects).toEqual([]);
    expect(shown(page.tell({ name: 'transport-closed', transportId: 't2' }))).toBe(
      'reconnecting, asking',
    );
  });

  it('reconnects there if its connection has changed in the meantime', () => {
    const page = PublishingPage.live();
    const { attempt } = page.state;
    const uplink = uplinkOf('t2');
    page.tell({ name: 'transport-closed', transportId: 't1' });
    moved(page, uplink, attempt);
    expect(page.effects.map(({ name }) => name)).toEqual(['close', 'ask']);
  });

  it('closes the second uplink if the page was left in the meantime', () => {
    const page = PublishingPage.live().tell({ name: 'left' });
    const uplink = uplinkOf('t2');
    expect(moved(page, uplink).effects).toEqual([{ name: 'close', uplink }]);
    expect(shown(page)).toBe('idle');
  });
});
