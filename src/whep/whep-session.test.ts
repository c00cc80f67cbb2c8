import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { LiveChannel } from '../broadcast/live-channel.js';
import type { ReceiverMedia } from '../broadcast/ports/media.js';
import { type EventsOf, TypedEmitter } from '../common/typed-emitter.js';
import type { ConsumerOptions, MediaKind } from '../protocol/rtc.js';
import { WhepPeer } from './whep-peer.js';
import { WhepSession } from './whep-session.js';

/** A connection controlled by the test. */
class FakeMedia implements ReceiverMedia {
  readonly emitter = new TypedEmitter<EventsOf<ReceiverMedia>>();
  readonly events = this.emitter.listenable;
  readonly consumers = [];
  readonly unsupported = [];
  readonly agreed = { codecs: [], headerExtensions: [] };
  readonly transport = {
    id: 'transport',
    iceParameters: { usernameFragment: 'ours', password: 'ours' },
    iceCandidates: [],
    dtlsParameters: { fingerprints: [] },
  };
  closed = false;
  connect = async () => {};
  accept = async () => {};
  bitrateBps = async () => 0;
  resume = async () => {};
  pinLayer = async () => {};
  restartIce = async () => this.transport.iceParameters;

  close(): void {
    this.closed = true;
    this.emitter.emit('closed');
  }

  /** Removes a track, as happens when one with a different codec replaces it. */
  drop(): void {
    this.emitter.emit('consumerClosed', 'consumer');
  }

  /** Adds a track, as happens when a publisher returns. */
  add(kind: MediaKind): void {
    this.emitter.emit('consumerAdded', { kind } as ConsumerOptions);
  }
}

const REMOTE = { usernameFragment: 'zjkk', password: 'bP+XJMM09aR8AiX1jdukzR6Y' };

function open(
  finds: readonly MediaKind[] = ['audio', 'video'],
  remote: typeof REMOTE | null = REMOTE,
) {
  const media = new FakeMedia();
  const peer = new WhepPeer();
  const left: string[] = [];
  const session = new WhepSession({
    id: peer.id,
    peer,
    visitor: {
      identity: { account: null, sessionId: null, guestId: 'guest' },
      passes: '',
      address: '192.0.2.1',
    },
    live: new LiveChannel({ id: 'channel', name: 'ann', title: '' }),
    media,
    transport: media.transport,
    remote,
    videoSection: 1,
    finds: new Set(finds),
    leave: () => left.push(peer.id),
  });
  return { media, peer, session, left };
}

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

describe('a WHEP session', () => {
  it("ends when its player doesn't connect in time", () => {
    const { session, left, peer } = open();
    vi.advanceTimersByTime(29_000);
    expect(session.closed).toBe(false);
    vi.advanceTimersByTime(2_000);
    expect(session.closed).toBe(true);
    expect(left).toEqual([peer.id]);
    expect(peer.connected).toBe(false);
  });

  it("waits for a player that lost its network, and ends if the player doesn't return", () => {
    const { session, media } = open();
    media.emitter.emit('connected');
    vi.advanceTimersByTime(3_600_000);
    media.emitter.emit('disconnected');
    vi.advanceTimersByTime(19_000);
    media.emitter.emit('connected');
    vi.advanceTimersByTime(60_000);
    expect(session.closed).toBe(false);
    media.emitter.emit('disconnected');
    vi.advanceTimersByTime(21_000);
    expect(session.closed).toBe(true);
  });

  it('removes its viewer only once, even if it is closed again, and leaves no timer', () => {
    const { session, media, left } = open();
    media.close();
    session.close();
    expect(left).toHaveLength(1);
    expect(vi.getTimerCount()).toBe(0);
  });

  it('continues if its player can identify a new track, and ends otherwise', () => {
    const { session, media } = open(['audio']);
    media.add('audio');
    expect(session.closed).toBe(false);
    media.add('video');
    expect(session.closed).toBe(true);
  });

  it('ends when a track known to its player is removed', () => {
    const { session, media } = open();
    media.drop();
    expect(session.closed).toBe(true);
  });

  it('reports whether its player has answered the offer', () => {
    const { session } = open(['audio', 'video'], null);
    expect(session.isAnswered).toBe(false);
    session.answered(REMOTE);
    expect(session.isAnswered).toBe(true);
  });
});
