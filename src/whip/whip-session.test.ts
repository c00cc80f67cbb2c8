import { beforeEach, describe, expect, it } from 'vitest';
import type { LiveBroadcast } from '../broadcast/live-broadcast.js';
import type { PublisherMedia } from '../broadcast/ports/media.js';
import { TypedEmitter } from '../common/typed-emitter.js';
import { WhipPeer } from './whip-peer.js';
import { WhipSession } from './whip-session.js';

const peer = new WhipPeer();
let nowMs = 0;
let bitrateBps = 0;
let publisherPeerId: string | null = peer.id;
let events: PublisherMedia['events'];
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
    peer,
    // What a session uses of them.
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

describe('the end that a program asks for', () => {
  it('is the broadcast’s while its connection is there', () => {
    nowMs += 3_600_000;
    expect(session.endsBroadcast).toBe(true);
  });

  it('is the broadcast’s when its connection was closed just before', () => {
    events.emit('disconnected');
    events.emit('closed');
    publisherPeerId = null;
    nowMs += 1_000;
    expect(session.endsBroadcast).toBe(true);
  });

  it('leaves a broadcast whose connection was lost before', () => {
    events.emit('disconnected');
    nowMs += 6_000;
    expect(session.endsBroadcast).toBe(false);
  });

  it('is the broadcast’s again when the connection came back', () => {
    events.emit('disconnected');
    nowMs += 6_000;
    events.emit('connected');
    nowMs += 6_000;
    expect(session.endsBroadcast).toBe(true);
  });

  it('changes nothing when another publisher has taken its place', () => {
    publisherPeerId = 'another';
    expect(session.endsBroadcast).toBe(false);
  });
});

describe('a session that holds its channel', () => {
  it('is not silent while it may still be connecting', async () => {
    bitrateBps = 0;
    nowMs += 4_000;
    expect(await session.isSilent()).toBe(false);
  });

  it('is silent when nothing comes after that, and not while something does', async () => {
    nowMs += 6_000;
    expect(await session.isSilent()).toBe(false);
    bitrateBps = 0;
    expect(await session.isSilent()).toBe(true);
  });
});
