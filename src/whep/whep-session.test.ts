import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { LiveChannel } from '../broadcast/live-channel.js';
import type { ReceiverMedia } from '../broadcast/ports/media.js';
import { TypedEmitter } from '../common/typed-emitter.js';
import type { ConsumerOptions, MediaKind } from '../protocol/rtc.js';
import { WhepPeer } from './whep-peer.js';
import { WhepSession } from './whep-session.js';

/** A connection that does what a test says. */
class FakeMedia implements ReceiverMedia {
  readonly events: ReceiverMedia['events'] = new TypedEmitter();
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
  resume = async () => {};
  pinLayer = async () => {};
  restartIce = async () => this.transport.iceParameters;

  close(): void {
    this.closed = true;
    this.events.emit('closed');
  }

  /** A track is gone for one of another codec. */
  drop(): void {
    this.events.emit('consumerClosed', 'consumer');
  }

  /** A track of a publisher who is back. */
  add(kind: MediaKind): void {
    this.events.emit('consumerAdded', { kind } as ConsumerOptions);
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
  it('ends when its player does not connect in time', () => {
    const { session, left, peer } = open();
    vi.advanceTimersByTime(29_000);
    expect(session.closed).toBe(false);
    vi.advanceTimersByTime(2_000);
    expect(session.closed).toBe(true);
    expect(left).toEqual([peer.id]);
    expect(peer.connected).toBe(false);
  });

  it('waits for a player whose network is gone, and ends when it stays away', () => {
    const { session, media } = open();
    media.events.emit('connected');
    vi.advanceTimersByTime(3_600_000);
    media.events.emit('disconnected');
    vi.advanceTimersByTime(19_000);
    media.events.emit('connected');
    vi.advanceTimersByTime(60_000);
    expect(session.closed).toBe(false);
    media.events.emit('disconnected');
    vi.advanceTimersByTime(21_000);
    expect(session.closed).toBe(true);
  });

  it('ends once with its connection, and leaves no timer', () => {
    const { session, media, left } = open();
    media.close();
    session.close();
    expect(left).toHaveLength(1);
    expect(vi.getTimerCount()).toBe(0);
  });

  it('goes on with new tracks that its player finds, and ends with others', () => {
    const { session, media } = open(['audio']);
    media.add('audio');
    expect(session.closed).toBe(false);
    media.add('video');
    expect(session.closed).toBe(true);
  });

  it('ends when a track that its player knows is gone for good', () => {
    const { session, media } = open();
    media.drop();
    expect(session.closed).toBe(true);
  });

  it('is answered once', () => {
    const { session } = open(['audio', 'video'], null);
    expect(session.isAnswered).toBe(false);
    session.answered(REMOTE);
    expect(session.isAnswered).toBe(true);
  });
});
