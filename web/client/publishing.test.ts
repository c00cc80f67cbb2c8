import { signal } from '@preact/signals-core';
import { describe, expect, it } from 'vitest';
import type { BroadcastState, BroadcastView } from '../../src/protocol/broadcast.js';
import type { PublisherStarted } from '../../src/protocol/signaling.js';
import {
  type FailureCode,
  IDLE,
  type Job,
  type Publishing,
  type PublishingEffect,
  type PublishingEvent,
  step,
} from './publishing.js';
import type { Uplink } from './uplink.js';

const job: Job = {
  channel: 'ann',
  visibility: 'public',
  tracks: { audio: null, video: null },
  muted: { audio: false, video: false },
};

const view = (state: BroadcastState, { id = 'b1', channel = 'ann' } = {}): BroadcastView => ({
  id,
  channel,
  title: '',
  visibility: 'public',
  state,
  source: 'browser',
  startedAt: '2026-01-01T00:00:00.000Z',
  interruptedUntil: null,
  endedAt: null,
  endReason: state === 'ended' ? 'grace_elapsed' : null,
  peakViewers: 0,
  hls: null,
});

const reply = (broadcast = view('starting')): PublisherStarted => ({
  broadcast,
  resumed: false,
  resumeToken: 'token',
  rtpCapabilities: { codecs: [], headerExtensions: [] },
  transport: {
    id: 't1',
    iceParameters: { usernameFragment: '', password: '' },
    iceCandidates: [],
    dtlsParameters: { fingerprints: [] },
  },
  iceServers: [],
  thumbnails: false,
});

const uplinkOf = (transportId: string): Uplink => ({
  transportId,
  health: signal(null),
  send: () => Promise.resolve(),
  setMuted: () => Promise.resolve(),
  hasSent: () => Promise.resolve(true),
  close: () => undefined,
});

/** A publisher whose network and server the test controls. */
class Page {
  state: Publishing = IDLE;
  effects: readonly PublishingEffect[] = [];

  /** Returns a page that has started, and waits for the server's reply. */
  static asking(resumeToken: string | null = null): Page {
    return new Page().tell({ name: 'start', job, resumeToken });
  }

  /** Returns a page whose browser opens the connection after the server's reply. */
  static opening(): Page {
    return Page.asking().accepted();
  }

  /** Returns a connected page whose media has not reached the server yet. */
  static sending(uplink = uplinkOf('t1')): Page {
    return Page.opening().opened(uplink);
  }

  static live(uplink = uplinkOf('t1')): Page {
    return Page.sending(uplink).broadcast(view('live'));
  }

  tell(event: PublishingEvent): this {
    const { state, effects } = step(this.state, event);
    this.state = state;
    this.effects = effects;
    return this;
  }

  accepted(started = reply(), attempt = this.state.attempt): this {
    return this.tell({ name: 'accepted', attempt, started });
  }

  opened(uplink: Uplink, attempt = this.state.attempt): this {
    return this.tell({ name: 'opened', attempt, uplink });
  }

  failed(code: FailureCode, attempt = this.state.attempt): this {
    return this.tell({ name: 'attempt-failed', attempt, code, message: code });
  }

  broadcast(broadcast: BroadcastView): this {
    return this.tell({ name: 'broadcast-changed', broadcast });
  }
}

const shown = ({ state }: Page) =>
  'link' in state ? `${state.name}, ${state.link.name}` : state.name;
const effectNames = ({ effects }: Page) => effects.map(({ name }) => name);

describe('going live', () => {
  it('asks the server, opens the connection, sends the tracks, and is live once they arrive', () => {
    const page = Page.asking();
    expect(shown(page)).toBe('starting, asking');
    expect(page.effects).toEqual([
      { name: 'ask', attempt: 1, job, resumeToken: null, continues: null },
    ]);
    const started = reply();
    page.accepted(started);
    expect(shown(page)).toBe('starting, opening');
    expect(page.effects).toEqual([{ name: 'open', attempt: 1, started }]);
    const uplink = uplinkOf('t1');
    page.opened(uplink);
    expect(shown(page)).toBe('starting, sending');
    expect(page.effects).toEqual([{ name: 'send', attempt: 1, uplink, job }]);
    page.broadcast(view('live'));
    expect(page.state).toMatchObject({ name: 'live', resumeToken: 'token', link: { uplink } });
  });

  it('sends the token from before a reload, and keeps it until the server sends another one', () => {
    const page = Page.asking('old');
    expect(page.state).toMatchObject({ resumeToken: 'old' });
    expect(page.effects).toMatchObject([{ name: 'ask', resumeToken: 'old' }]);
    expect(page.accepted().state).toMatchObject({ resumeToken: 'token' });
  });

  it('sends the tracks as they are when the connection opens', () => {
    const page = Page.opening().tell({ name: 'mute-changed', kind: 'audio', muted: true });
    expect(page.effects).toEqual([]);
    page.opened(uplinkOf('t1'));
    expect(page.effects).toMatchObject([{ name: 'send', job: { muted: { audio: true } } }]);
  });

  it('fails at once when the server rejects a new broadcast', () => {
    const page = Page.asking().failed('broadcast_limit');
    expect(page.state).toEqual({
      name: 'failed',
      attempt: 1,
      code: 'broadcast_limit',
      message: 'broadcast_limit',
    });
  });

  it.each(['offline', 'timeout', 'unavailable'] as const)('is retried after %s', (code) => {
    const page = Page.asking().failed(code);
    expect(shown(page)).toBe('starting, waiting');
    expect(effectNames(page)).toEqual([]);
    page.tell({ name: 'retry-due' });
    expect(shown(page)).toBe('starting, asking');
    expect(page.effects).toMatchObject([{ name: 'ask', attempt: 2 }]);
  });

  it('is retried at once when the socket reconnects', () => {
    const page = Page.asking().failed('offline').tell({ name: 'online' });
    expect(page.effects).toMatchObject([{ name: 'ask', attempt: 2 }]);
  });

  it('is retried on a new connection when the tracks cannot be sent', () => {
    const uplink = uplinkOf('t1');
    const page = Page.sending(uplink).failed('media_failed');
    expect(shown(page)).toBe('starting, waiting');
    expect(page.effects).toEqual([{ name: 'close', uplink }]);
    page.tell({ name: 'retry-due' });
    expect(page.effects).toMatchObject([{ name: 'ask', continues: 'b1', resumeToken: 'token' }]);
  });

  it('replaces an earlier start', () => {
    const uplink = uplinkOf('t1');
    const page = Page.live(uplink).tell({ name: 'start', job, resumeToken: null });
    expect(shown(page)).toBe('starting, asking');
    expect(page.effects).toEqual([
      { name: 'close', uplink },
      { name: 'ask', attempt: 2, job, resumeToken: null, continues: null },
    ]);
    expect(page.accepted(reply(), 1).effects).toEqual([]);
  });
});

describe('results of older attempts', () => {
  it('ignores a reply after the page left', () => {
    const page = Page.asking().tell({ name: 'left' });
    page.accepted();
    expect(page.state).toEqual({ name: 'idle', attempt: 1 });
    expect(page.effects).toEqual([]);
  });

  it('closes a connection that opens after the page left', () => {
    const uplink = uplinkOf('t1');
    const page = Page.opening().tell({ name: 'left' }).opened(uplink);
    expect(page.effects).toEqual([{ name: 'close', uplink }]);
    expect(page.state.name).toBe('idle');
  });

  it('closes a connection that opens after a newer attempt began', () => {
    const uplink = uplinkOf('t1');
    const page = Page.opening().tell({ name: 'online' }).opened(uplink, 1);
    expect(page.effects).toEqual([{ name: 'close', uplink }]);
    expect(shown(page)).toBe('starting, asking');
  });

  it('closes a connection of the previous session in the next one', () => {
    const uplink = uplinkOf('t1');
    const page = Page.opening().tell({ name: 'left' });
    page.tell({ name: 'start', job, resumeToken: null }).opened(uplink, 1);
    expect(page.effects).toEqual([{ name: 'close', uplink }]);
    expect(shown(page)).toBe('starting, asking');
  });

  it('ignores the failure of an older attempt', () => {
    const page = Page.asking().tell({ name: 'online' }).failed('forbidden', 1);
    expect(shown(page)).toBe('starting, asking');
  });

  it('ignores a reply to an older attempt', () => {
    const page = Page.asking().tell({ name: 'online' }).accepted(reply(), 1);
    expect(shown(page)).toBe('starting, asking');
    expect(page.effects).toEqual([]);
  });

  it('ignores a retry timer that fires after the socket reconnected', () => {
    const page = Page.asking().failed('offline').tell({ name: 'online' });
    page.tell({ name: 'retry-due' });
    expect(page.effects).toEqual([]);
    expect(page.state.attempt).toBe(2);
  });

  it('ignores every event while nothing is published', () => {
    const events: PublishingEvent[] = [
      { name: 'online' },
      { name: 'offline' },
      { name: 'end-requested' },
      { name: 'end-accepted', session: 1 },
      { name: 'taken-over', channel: 'ann' },
      { name: 'broadcast-changed', broadcast: view('live') },
      { name: 'mute-changed', kind: 'audio', muted: true },
      { name: 'track-changed', kind: 'video', track: null },
      { name: 'retry-due' },
      { name: 'left' },
    ];
    for (const event of events) expect(step(IDLE, event)).toEqual({ state: IDLE, effects: [] });
  });
});

describe('a lost connection', () => {
  it('keeps sending until the socket reconnects, then opens a new connection and resumes', () => {
    const uplink = uplinkOf('t1');
    const page = Page.live(uplink).tell({ name: 'offline' });
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
    const page = Page.live().tell({ name: 'offline' }).tell({ name: 'online' });
    page.accepted(reply(view('interrupted')));
    page.tell({ name: 'offline' });
    expect(shown(page)).toBe('reconnecting, opening');
    page.tell({ name: 'online' });
    expect(page.effects).toMatchObject([{ name: 'ask', attempt: 3, continues: 'b1' }]);
    const late = uplinkOf('t2');
    expect(page.opened(late, 2).effects).toEqual([{ name: 'close', uplink: late }]);
    expect(shown(page)).toBe('reconnecting, asking');
  });

  it('leaves a broadcast starting that was not live yet', () => {
    expect(shown(Page.sending().tell({ name: 'offline' }))).toBe('starting, sending');
  });

  it('is replaced when ICE fails on the current uplink', () => {
    const uplink = uplinkOf('t1');
    const page = Page.live(uplink).tell({ name: 'uplink-failed', uplink: uplinkOf('t0') });
    expect(shown(page)).toBe('live, sending');
    page.tell({ name: 'uplink-failed', uplink });
    expect(shown(page)).toBe('reconnecting, asking');
    expect(page.effects).toMatchObject([
      { name: 'close', uplink },
      { name: 'ask', continues: 'b1' },
    ]);
  });

  it('is replaced when the server closes the current transport', () => {
    const page = Page.live().tell({ name: 'transport-closed', transportId: 't0' });
    expect(shown(page)).toBe('live, sending');
    page.tell({ name: 'transport-closed', transportId: 't1' });
    expect(shown(page)).toBe('reconnecting, asking');
    expect(effectNames(page)).toEqual(['close', 'ask']);
  });

  it('may recover if only the server reports it', () => {
    const page = Page.live().broadcast(view('interrupted'));
    expect(shown(page)).toBe('reconnecting, sending');
    expect(shown(page.broadcast(view('live')))).toBe('live, sending');
  });

  it.each(['media_failed', 'timeout', 'rate_limited', 'broadcast_limit'] as const)(
    'is retried for a live broadcast after %s',
    (code) => {
      const page = Page.live().tell({ name: 'offline' }).tell({ name: 'online' }).failed(code);
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
    const page = Page.live().tell({ name: 'offline' }).tell({ name: 'online' }).failed(code);
    expect(page.state).toMatchObject({ name: 'failed', code });
  });

  it('shows the end of a broadcast that ended in the meantime', () => {
    const page = Page.live().tell({ name: 'offline' }).tell({ name: 'online' });
    expect(page.failed('not_live').state).toMatchObject({
      name: 'ended',
      broadcast: { id: 'b1' },
      reason: null,
    });
  });

  it('does not show a broadcast as live until reconnected, even if the server does', () => {
    const page = Page.live().tell({ name: 'offline' }).tell({ name: 'online' });
    expect(shown(page.broadcast(view('live')))).toBe('reconnecting, asking');
  });

  it('continues with another broadcast if the server had to start one', () => {
    const page = Page.live().tell({ name: 'offline' }).tell({ name: 'online' });
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
    const page = Page.live(uplink).tell({ name: 'end-requested' });
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
    const page = Page.asking().tell({ name: 'end-requested' });
    page.accepted().tell({ name: 'end-accepted', session: 1 });
    const uplink = uplinkOf('t1');
    expect(page.opened(uplink).effects).toEqual([{ name: 'close', uplink }]);
    expect(page.state).toMatchObject({ name: 'ended', broadcast: { id: 'b1' } });
  });

  it('is the same if the server announces it before it agrees', () => {
    const ended = { ...view('ended'), endReason: 'publisher_ended' as const };
    const page = Page.live().tell({ name: 'end-requested' }).broadcast(ended);
    const { state } = page;
    expect(state).toMatchObject({ name: 'ended', broadcast: ended, reason: 'publisher_ended' });
    expect(page.tell({ name: 'end-accepted', session: 1 }).state).toBe(state);
  });

  it('of the previous session does not end the next', () => {
    const page = Page.live().tell({ name: 'end-requested' }).broadcast(view('ended'));
    page.tell({ name: 'start', job, resumeToken: null });
    page.tell({ name: 'end-accepted', session: 1 });
    expect(shown(page)).toBe('starting, asking');
  });

  it('includes the reason if the server decided it', () => {
    const uplink = uplinkOf('t1');
    const page = Page.live(uplink).broadcast(view('ended'));
    expect(page.state).toMatchObject({ name: 'ended', reason: 'grace_elapsed' });
    expect(page.effects).toEqual([{ name: 'close', uplink }]);
  });

  it('is ignored for another broadcast or another channel', () => {
    const late = view('ended', { id: 'b0' });
    expect(shown(Page.asking().broadcast(late))).toBe('starting, asking');
    expect(shown(Page.live().broadcast(late))).toBe('live, sending');
    expect(shown(Page.live().broadcast(view('ended', { channel: 'bob' })))).toBe('live, sending');
  });

  it('does not follow from leaving, after which the broadcast can be resumed', () => {
    const uplink = uplinkOf('t1');
    const page = Page.live(uplink).tell({ name: 'left' });
    expect(page.state).toEqual({ name: 'idle', attempt: 1 });
    expect(page.effects).toEqual([{ name: 'close', uplink }]);
  });
});

describe('a takeover', () => {
  const takenOver: PublishingEvent = { name: 'taken-over', channel: 'ann' };

  it('by another connection stops this one', () => {
    const uplink = uplinkOf('t1');
    const page = Page.live(uplink).tell(takenOver);
    expect(page.state).toMatchObject({ name: 'failed', code: 'taken_over' });
    expect(page.effects).toEqual([{ name: 'close', uplink }]);
  });

  it.each([
    ['after the reply', Page.opening()],
    ['between two attempts', Page.live().tell({ name: 'offline' }).failed('timeout')],
  ])('%s stops this one too', (_when, page) => {
    expect(page.tell(takenOver).state).toMatchObject({ name: 'failed', code: 'taken_over' });
  });

  it('during an attempt is ignored: the reply says who publishes', () => {
    const uplink = uplinkOf('t1');
    const page = Page.live(uplink).tell({ name: 'uplink-failed', uplink }).tell(takenOver);
    expect(shown(page)).toBe('reconnecting, asking');
    expect(shown(page.accepted())).toBe('reconnecting, opening');
  });

  it('of another channel is ignored', () => {
    expect(shown(Page.live().tell({ name: 'taken-over', channel: 'bob' }))).toBe('live, sending');
  });
});

describe('tracks', () => {
  const uplink = uplinkOf('t1');

  it('are replaced and muted on the open connection', () => {
    const page = Page.live(uplink).tell({ name: 'mute-changed', kind: 'video', muted: true });
    expect(page.effects).toEqual([{ name: 'mute', uplink, kind: 'video', muted: true }]);
    page.tell({ name: 'track-changed', kind: 'video', track: null });
    expect(page.effects).toEqual([
      { name: 'replace', uplink, kind: 'video', track: null, muted: true },
    ]);
    expect(shown(page)).toBe('live, sending');
  });

  it('are remembered while there is no connection', () => {
    const page = Page.live(uplink).tell({ name: 'uplink-failed', uplink });
    page.tell({ name: 'mute-changed', kind: 'audio', muted: true });
    expect(page.effects).toEqual([]);
    page.accepted().opened(uplinkOf('t2'));
    expect(page.effects).toMatchObject([{ name: 'send', job: { muted: { audio: true } } }]);
  });
});

describe('a publisher that moves to another node', () => {
  const moved = (page: Page, uplink: Uplink, attempt = page.state.attempt) =>
    page.tell({ name: 'moved', attempt, uplink });

  it('stays live, and closes the first uplink', () => {
    const [first, second] = [uplinkOf('t1'), uplinkOf('t2')];
    const page = moved(Page.live(first), second);
    expect(shown(page)).toBe('live, sending');
    expect(page.effects).toEqual([
      { name: 'retire', uplink: first },
      { name: 'send', attempt: page.state.attempt, uplink: second, job },
    ]);
    // What happens to the first one no longer matters.
    expect(page.tell({ name: 'uplink-failed', uplink: first }).effects).toEqual([]);
    expect(page.tell({ name: 'transport-closed', transportId: 't1' }).effects).toEqual([]);
    expect(shown(page.tell({ name: 'transport-closed', transportId: 't2' }))).toBe(
      'reconnecting, asking',
    );
  });

  it('connects again there if its connection changed meanwhile', () => {
    const page = Page.live();
    const { attempt } = page.state;
    const uplink = uplinkOf('t2');
    page.tell({ name: 'transport-closed', transportId: 't1' });
    moved(page, uplink, attempt);
    expect(page.effects.map(({ name }) => name)).toEqual(['close', 'ask']);
  });

  it('closes the second uplink if it ended meanwhile', () => {
    const page = Page.live().tell({ name: 'left' });
    const uplink = uplinkOf('t2');
    expect(moved(page, uplink).effects).toEqual([{ name: 'close', uplink }]);
    expect(shown(page)).toBe('idle');
  });
});
