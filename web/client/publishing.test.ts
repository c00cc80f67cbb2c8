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
import { IDLE, type PublishingEvent, step } from './publishing.js';

describe('going live', () => {
  it('asks the server, opens the connection, sends the tracks, and is live once they have arrived', () => {
    const page = PublishingPage.asking();
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
    const page = PublishingPage.asking('old');
    expect(page.state).toMatchObject({ resumeToken: 'old' });
    expect(page.effects).toMatchObject([{ name: 'ask', resumeToken: 'old' }]);
    expect(page.accepted().state).toMatchObject({ resumeToken: 'token' });
  });

  it('sends the tracks that are current when the connection opens', () => {
    const page = PublishingPage.opening().tell({
      name: 'mute-changed',
      kind: 'audio',
      muted: true,
    });
    expect(page.effects).toEqual([]);
    page.opened(uplinkOf('t1'));
    expect(page.effects).toMatchObject([{ name: 'send', job: { muted: { audio: true } } }]);
  });

  it('fails at once when the server rejects a new broadcast', () => {
    const page = PublishingPage.asking().failed('broadcast_limit');
    expect(page.state).toEqual({
      name: 'failed',
      attempt: 1,
      code: 'broadcast_limit',
      message: 'broadcast_limit',
    });
  });

  it.each(['offline', 'timeout', 'unavailable'] as const)('is retried after %s', (code) => {
    const page = PublishingPage.asking().failed(code);
    expect(shown(page)).toBe('starting, waiting');
    expect(effectNames(page)).toEqual([]);
    page.tell({ name: 'retry-due' });
    expect(shown(page)).toBe('starting, asking');
    expect(page.effects).toMatchObject([{ name: 'ask', attempt: 2 }]);
  });

  it('is retried at once when the socket reconnects', () => {
    const page = PublishingPage.asking().failed('offline').tell({ name: 'online' });
    expect(page.effects).toMatchObject([{ name: 'ask', attempt: 2 }]);
  });

  it('is retried on a new connection when the tracks cannot be sent', () => {
    const uplink = uplinkOf('t1');
    const page = PublishingPage.sending(uplink).failed('media_failed');
    expect(shown(page)).toBe('starting, waiting');
    expect(page.effects).toEqual([{ name: 'close', uplink }]);
    page.tell({ name: 'retry-due' });
    expect(page.effects).toMatchObject([{ name: 'ask', continues: 'b1', resumeToken: 'token' }]);
  });

  it('replaces an earlier start', () => {
    const uplink = uplinkOf('t1');
    const page = PublishingPage.live(uplink).tell({ name: 'start', job, resumeToken: null });
    expect(shown(page)).toBe('starting, asking');
    expect(page.effects).toEqual([
      { name: 'close', uplink },
      { name: 'ask', attempt: 2, job, resumeToken: null, continues: null },
    ]);
    expect(page.accepted(reply(), 1).effects).toEqual([]);
  });
});

describe('results of older attempts', () => {
  it('ignores a reply that arrives after the page was left', () => {
    const page = PublishingPage.asking().tell({ name: 'left' });
    page.accepted();
    expect(page.state).toEqual({ name: 'idle', attempt: 1 });
    expect(page.effects).toEqual([]);
  });

  it('closes a connection that opens after the page was left', () => {
    const uplink = uplinkOf('t1');
    const page = PublishingPage.opening().tell({ name: 'left' }).opened(uplink);
    expect(page.effects).toEqual([{ name: 'close', uplink }]);
    expect(page.state.name).toBe('idle');
  });

  it('closes a connection that opens after a newer attempt began', () => {
    const uplink = uplinkOf('t1');
    const page = PublishingPage.opening().tell({ name: 'online' }).opened(uplink, 1);
    expect(page.effects).toEqual([{ name: 'close', uplink }]);
    expect(shown(page)).toBe('starting, asking');
  });

  it('closes a connection of the previous session in the next one', () => {
    const uplink = uplinkOf('t1');
    const page = PublishingPage.opening().tell({ name: 'left' });
    page.tell({ name: 'start', job, resumeToken: null }).opened(uplink, 1);
    expect(page.effects).toEqual([{ name: 'close', uplink }]);
    expect(shown(page)).toBe('starting, asking');
  });

  it('ignores the failure of an older attempt', () => {
    const page = PublishingPage.asking().tell({ name: 'online' }).failed('forbidden', 1);
    expect(shown(page)).toBe('starting, asking');
  });

  it('ignores a reply to an older attempt', () => {
    const page = PublishingPage.asking().tell({ name: 'online' }).accepted(reply(), 1);
    expect(shown(page)).toBe('starting, asking');
    expect(page.effects).toEqual([]);
  });

  it('ignores a retry timer that fires after the socket reconnected', () => {
    const page = PublishingPage.asking().failed('offline').tell({ name: 'online' });
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

describe('tracks', () => {
  const uplink = uplinkOf('t1');

  it('are replaced and muted on the open connection', () => {
    const page = PublishingPage.live(uplink).tell({
      name: 'mute-changed',
      kind: 'video',
      muted: true,
    });
    expect(page.effects).toEqual([{ name: 'mute', uplink, kind: 'video', muted: true }]);
    page.tell({ name: 'track-changed', kind: 'video', track: null });
    expect(page.effects).toEqual([
      { name: 'replace', uplink, kind: 'video', track: null, muted: true },
    ]);
    expect(shown(page)).toBe('live, sending');
  });

  it('are remembered while there is no connection', () => {
    const page = PublishingPage.live(uplink).tell({ name: 'uplink-failed', uplink });
    page.tell({ name: 'mute-changed', kind: 'audio', muted: true });
    expect(page.effects).toEqual([]);
    page.accepted().opened(uplinkOf('t2'));
    expect(page.effects).toMatchObject([{ name: 'send', job: { muted: { audio: true } } }]);
  });
});
