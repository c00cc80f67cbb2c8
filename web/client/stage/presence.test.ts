import { describe, expect, it } from 'vitest';
import type { StageJoined, StageState } from '../../../src/protocol/stage.js';
import {
  type Connected,
  type Entry,
  type EntryFailure,
  isActive,
  isReconnecting,
  OUT,
  type Presence,
  type PresenceEvent,
  type PresenceStep,
  RETRY_MS,
  step,
} from './presence.js';

const guest: Entry = { role: 'guest', channel: 'ann', token: 'secret', name: 'Bob' };

const mediaOf = (transportId: string): Connected => ({
  has: (id) => id === transportId,
  close: () => undefined,
});

const stageOf = (title: string): StageState => ({
  channel: 'ann',
  title,
  isLive: false,
  you: 'p1',
  participants: [],
  mix: 'off',
  recordsGuests: false,
});

const transport = {
  id: 't1',
  iceParameters: { usernameFragment: '', password: '' },
  iceCandidates: [],
  dtlsParameters: { fingerprints: [] },
};

const joined: StageJoined = {
  state: stageOf('first'),
  resumeToken: '6f1c7d0e-0000-4000-8000-000000000000',
  rtpCapabilities: { codecs: [], headerExtensions: [] },
  send: transport,
  receive: transport,
  iceServers: [],
  tracks: [],
};

type Event = PresenceEvent<Connected>;

/** Applies events in order; returns the last state and the names of all effects. */
function after(...events: Event[]) {
  let state: Presence<Connected> = OUT;
  const effects: string[] = [];
  for (const event of events) {
    const next: PresenceStep<Connected> = step(state, event);
    state = next.state;
    effects.push(...next.effects.map(({ name }) => name));
  }
  return { state, effects };
}

const entered: Event = { name: 'enter', entry: guest, resumeToken: null };
const accepted = (attempt = 1): Event => ({ name: 'accepted', attempt, joined });
const failure = (more: Partial<EntryFailure>): EntryFailure => ({
  code: 'stage_invitation_refused',
  message: 'No.',
  retryAfterMs: null,
  ...more,
});
const failed = (attempt: number, more: Partial<EntryFailure>): Event => ({
  name: 'failed',
  attempt,
  failure: failure(more),
});
const media = mediaOf('t1');
const present: Event[] = [entered, accepted(), { name: 'opened', attempt: 1, media }];

describe('entering a stage', () => {
  it('asks, opens the media, and is present', () => {
    const { state, effects } = after(...present);
    expect(effects).toEqual(['ask', 'open']);
    expect(state).toMatchObject({
      name: 'present',
      stage: { title: 'first' },
      resumeToken: joined.resumeToken,
    });
  });

  it('ends with the server’s sentence if the invitation is refused', () => {
    const { state } = after(entered, failed(1, { message: 'Expired.' }));
    expect(state).toMatchObject({ name: 'refused', failure: { message: 'Expired.' } });
  });

  it('waits as long as the server requests if the stage is not open or the green room is full', () => {
    const { state } = after(entered, failed(1, { code: 'stage_closed', retryAfterMs: 5_000 }));
    expect(state).toMatchObject({
      name: 'entering',
      progress: { name: 'waiting', delayMs: 5_000, failure: { code: 'stage_closed' } },
    });
    expect(step(state, { name: 'retry-due' }).effects).toMatchObject([{ name: 'ask', attempt: 2 }]);
  });

  it('retries after a transient error, but not after any other', () => {
    const { state } = after(entered, failed(1, { code: 'timeout' }));
    expect(state).toMatchObject({ progress: { name: 'waiting', delayMs: RETRY_MS } });
    expect(after(entered, failed(1, { code: 'stage_closed' })).state.name).toBe('refused');
    expect(after(entered, failed(1, { code: 'media_failed' })).state.name).toBe('refused');
  });

  it('ignores results of an attempt that a newer one has replaced', () => {
    const { state, effects } = after(entered, { name: 'online' }, accepted(1), failed(1, {}));
    expect(state).toMatchObject({ name: 'entering', attempt: 2, progress: { name: 'asking' } });
    expect(effects).toEqual(['ask', 'ask']);
    expect(step(state, { name: 'opened', attempt: 1, media }).effects).toEqual([
      { name: 'close', media },
    ]);
  });
});

describe('on a stage', () => {
  it('returns to the same place after the socket was lost', () => {
    const { state, effects } = after(...present, { name: 'offline' });
    expect(state).toMatchObject({ name: 'present', media });
    expect(effects).toEqual(['ask', 'open']);
    const back = step(state, { name: 'online' });
    expect(back.effects).toEqual([
      { name: 'close', media },
      { name: 'ask', attempt: 2, entry: guest, resumeToken: joined.resumeToken },
    ]);
    // What was shown remains until the new connection is open.
    expect(back.state).toMatchObject({ name: 'entering', stage: { title: 'first' } });
  });

  it('counts as reconnecting from the loss of the socket until the media is open again', () => {
    const events: Event[] = [
      ...present,
      { name: 'offline' },
      { name: 'online' },
      accepted(2),
      { name: 'opened', attempt: 2, media: mediaOf('t2') },
    ];
    const states = events.map((_, index) => after(...events.slice(0, index + 1)).state);
    expect(states.map((state) => isActive(state) && isReconnecting(state))).toEqual([
      true,
      true,
      false,
      true,
      true,
      true,
      false,
    ]);
  });

  it.each<[string, Event]>([
    ['its media failed', { name: 'media-failed', media }],
    ['the server closed a transport', { name: 'transport-closed', transportId: 't1' }],
    ['the server lost the media', { name: 'closed', reason: 'media_lost' }],
  ])('connects again when %s', (_what, event) => {
    const { state, effects } = after(...present, event);
    expect(state).toMatchObject({ name: 'entering', attempt: 2 });
    expect(effects.slice(2)).toEqual(['close', 'ask']);
  });

  it('ignores the media of an earlier connection', () => {
    const { state } = after(
      ...present,
      { name: 'media-failed', media: mediaOf('t1') },
      { name: 'transport-closed', transportId: 't0' },
    );
    expect(state.name).toBe('present');
  });

  it('retries if the media can’t be reopened', () => {
    const { state } = after(...present, { name: 'online' }, accepted(2), {
      ...failed(2, { code: 'media_failed' }),
    });
    expect(state).toMatchObject({ name: 'entering', progress: { name: 'waiting' } });
  });

  it.each(['removed', 'closed', 'revoked', 'taken_over'] as const)(
    'does not return when it was ended: %s',
    (reason) => {
      const { state, effects } = after(
        ...present,
        { name: 'closed', reason },
        { name: 'online' },
        { name: 'retry-due' },
      );
      expect(state).toMatchObject({ name: 'ended', reason });
      expect(effects.slice(2)).toEqual(['close']);
    },
  );

  it('ignores the end of its previous connection while it connects again', () => {
    const { state } = after(
      ...present,
      { name: 'online' },
      { name: 'closed', reason: 'taken_over' },
    );
    expect(state).toMatchObject({ name: 'entering', attempt: 2 });
  });

  it('follows the state of the stage', () => {
    const { state } = after(...present, { name: 'stage-changed', stage: stageOf('second') });
    expect(state).toMatchObject({ name: 'present', stage: { title: 'second' } });
  });

  it('says goodbye when it leaves, and does not return', () => {
    const { state, effects } = after(...present, { name: 'leave' }, { name: 'online' });
    expect(state).toMatchObject({ name: 'ended', reason: 'left' });
    expect(effects.slice(2)).toEqual(['say-goodbye']);
  });
});
