import { beforeEach, describe, expect, it } from 'vitest';
import type { LiveBroadcast } from '../broadcast/live-broadcast.js';
import type { PublisherMedia } from '../broadcast/ports/media.js';
import { type EventsOf, TypedEmitter } from '../common/typed-emitter.js';
import { WhipPeer } from './whip-peer.js';
import { WhipSession } from './whip-session.js';

const peer = new WhipPeer();
let nowMs = 0;
let bitrateBps = 0;
let publisherPeerId: string | null = peer.id;
let events: TypedEmitter<EventsOf<PublisherMedia>>;
let session: WhipSession;

beforeEach(() => {
  nowMs = 1_700_000_000_000;
  bitrateBps = 4_000_000;
  publisherPeerId = peer.id;
  events = new TypedEmitter();
  const media = { events, closed: false, isArriving: true, bitrateBps: async () => bitrateBps };
  const broadcast = {
    get publisherPeerId() {
      return publisherPeerId;
    },
  };
  session = new WhipSession({
    id: 'x',
    channel: { id: '1', name: 'ann' },
    keyId: 'key',
    peer,
    // These are the only parts that a session uses.
    media: media as unknown as PublisherMedia,
    broadcast: broadcast as unknown as LiveBroadcast,
    transport: {
      id: 'x',
      iceParameters: { usernameFragment: 'abcd', password: 'efgh', iceLite: true },
      iceCandidates: [],
      dtlsParameters: { role: 'auto', fingerprints: [] },
    },
    remote: { usernameFragment: 'abcd', password: 'abcdefghijklmnopqrstuv' },
    clock: { nowMs: () => nowMs },
  });
});

describe('DELETE from an encoder', () => {
  it('ends the broadcast while the connection is open', () => {
    nowMs += 3_600_000;
    expect(session.endsBroadcast).toBe(true);
  });

  it('ends the broadcast if the connection was closed just before', () => {
    events.emit('disconnected');
    events.emit('closed');
    publisherPeerId = null;
    nowMs += 1_000;
    expect(session.endsBroadcast).toBe(true);
  });

  it('doesn’t end the broadcast if the connection was lost earlier', () => {
    events.emit('disconnected');
    nowMs += 6_000;
    expect(session.endsBroadcast).toBe(false);
  });

  it('ends the broadcast after the connection recovered', () => {
    events.emit('disconnected');
    nowMs += 6_000;
    events.emit('connected');
    nowMs += 6_000;
    expect(session.endsBroadcast).toBe(true);
  });

  it('doesn’t end the broadcast after another publisher has taken over', () => {
    publisherPeerId = 'another';
    expect(session.endsBroadcast).toBe(false);
  });
});

describe('a session that occupies its channel', () => {
  it('is not silent while it might still be connecting', async () => {
    bitrateBps = 0;
    nowMs += 4_000;
    expect(await session.isSilent()).toBe(false);
  });

  it('is silent after that if no media arrives', async () => {
    nowMs += 6_000;
    expect(await session.isSilent()).toBe(false);
    bitrateBps = 0;
    expect(await session.isSilent()).toBe(true);
  });
});
