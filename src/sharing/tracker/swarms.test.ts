import { describe, expect, it } from 'vitest';
import { SWARM_LIMITS, type SwarmLimits, Swarms } from './swarms.js';
import { type Announcement, type Answer, readTrackerMessage } from './tracker-message.js';

/** A connection for the test; peers are named after their connections. */
class Socket {
  constructor(readonly name: string) {}
}

const bytes = (text: string): string => text.padEnd(20, '.');
const HASH = bytes('hash');
const sdpOf = (name: string) => ({ type: 'offer', sdp: `from ${name}` }) as const;

const announcement = (name: string, offers = 0, more: object = {}): Announcement => ({
  action: 'announce',
  info_hash: HASH,
  peer_id: bytes(name),
  offers: Array.from({ length: offers }, (_, at) => ({
    offer: sdpOf(name),
    offer_id: bytes(`${name}-${at}`),
  })),
  ...more,
});
const answerOf = (name: string, to: string, offer: string): Answer => ({
  action: 'announce',
  info_hash: HASH,
  peer_id: bytes(name),
  to_peer_id: bytes(to),
  offer_id: bytes(offer),
  answer: { type: 'answer', sdp: 'yes' },
});

/** Returns swarms, one of which contains the named peers, and the peers' sockets. */
function swarmOf(names: readonly string[], limits: Partial<SwarmLimits> = {}) {
  let seed = 1;
  const random = () => (seed = (seed * 16_807) % 2_147_483_647) / 2_147_483_647;
  const swarms = new Swarms<Socket>(random, { ...SWARM_LIMITS, ...limits });
  const sockets = names.map((name) => new Socket(name));
  for (const socket of sockets) swarms.announce(socket, announcement(socket.name), 0);
  return { swarms, sockets };
}

describe('a swarm', () => {
  it('passes each offer to another random peer, never back to its sender', () => {
    const { swarms, sockets } = swarmOf(['a', 'b', 'c', 'd', 'e']);
    const chosen = new Set<string>();
    for (let turn = 0; turn < 50; turn += 1) {
      const [reply, ...offers] = swarms.announce(sockets[0]!, announcement('a', 2), 0);
      expect(reply).toEqual({
        to: sockets[0],
        message: { action: 'announce', info_hash: HASH, interval: SWARM_LIMITS.intervalS },
      });
      const names = offers.map(({ to }) => to.name);
      expect(new Set(names).size).toBe(2);
      expect(names).not.toContain('a');
      for (const name of names) chosen.add(name);
      expect(offers.map(({ message }) => Reflect.get(message, 'offer_id') as string)).toEqual([
        bytes('a-0'),
        bytes('a-1'),
      ]);
    }
    expect([...chosen].toSorted()).toEqual(['b', 'c', 'd', 'e']);
  });

  it('passes on no more offers than requested', () => {
    const { swarms, sockets } = swarmOf(['a', 'b', 'c', 'd']);
    const sent = swarms.announce(sockets[0]!, announcement('a', 3, { numwant: 1 }), 0);
    expect(sent).toHaveLength(2);
  });

  it('passes an answer once, and only from the peer that received the offer to the one that made it', () => {
    const { swarms, sockets } = swarmOf(['a', 'b']);
    const [a, b] = sockets as [Socket, Socket];
    swarms.announce(a, announcement('a', 1), 0);
    const late = new Socket('c');
    swarms.announce(late, announcement('c'), 0);
    expect(swarms.answer(late, answerOf('c', 'a', 'a-0'))).toEqual([]);
    expect(swarms.answer(b, answerOf('b', 'a', 'unknown'))).toEqual([]);
    expect(swarms.answer(b, answerOf('c', 'a', 'a-0'))).toEqual([]);
    expect(swarms.answer(b, answerOf('b', 'a', 'a-0'))).toEqual([
      {
        to: a,
        message: {
          action: 'announce',
          info_hash: HASH,
          peer_id: bytes('b'),
          offer_id: bytes('a-0'),
          answer: { type: 'answer', sdp: 'yes' },
        },
      },
    ]);
    expect(swarms.answer(b, answerOf('b', 'a', 'a-0'))).toEqual([]);
  });

  it('refuses another peer’s id, and a second id for the same peer', () => {
    const { swarms, sockets } = swarmOf(['a', 'b']);
    const thief = swarms.announce(new Socket('x'), announcement('b'), 0);
    expect(thief[0]?.message).toHaveProperty('failure reason');
    const renamed = swarms.announce(sockets[0]!, announcement('c'), 0);
    expect(renamed[0]?.message).toHaveProperty('failure reason');
    expect(swarms.peers).toBe(2);
  });

  it('forgets a peer that stops, leaves or is silent, and itself without peers', () => {
    const { swarms, sockets } = swarmOf(['a', 'b', 'c', 'd']);
    const [a, b, c] = sockets as [Socket, Socket, Socket];
    swarms.announce(a, announcement('a', 0, { event: 'stopped' }), 0);
    swarms.leave(b);
    expect(swarms.peers).toBe(2);
    swarms.announce(c, announcement('c'), SWARM_LIMITS.expiryMs);
    swarms.expire(SWARM_LIMITS.expiryMs + 1);
    expect(swarms.peers).toBe(1);
    expect(swarms.retain(c, () => false)).toEqual([
      {
        to: c,
        message: expect.objectContaining({
          info_hash: HASH,
          'failure reason': expect.any(String) as string,
        }) as object,
      },
    ]);
    expect({ peers: swarms.peers, size: swarms.size }).toEqual({ peers: 0, size: 0 });
  });

  it('limits its peers and a socket’s swarms', () => {
    const { swarms, sockets } = swarmOf(['a', 'b'], { peersPerSwarm: 2, swarmsPerSocket: 2 });
    expect(swarms.announce(new Socket('c'), announcement('c'), 0)[0]?.message).toHaveProperty(
      'failure reason',
    );
    const join = (hash: string) =>
      swarms.announce(sockets[0]!, announcement('a', 0, { info_hash: bytes(hash) }), 0)[0]?.message;
    expect(join('second')).toHaveProperty('interval');
    expect(join('third')).toHaveProperty('failure reason');
  });

  it('drops the oldest unanswered offers of a peer', () => {
    const { swarms, sockets } = swarmOf(['a', 'b'], { offersPerPeer: 1 });
    const [a, b] = sockets as [Socket, Socket];
    swarms.announce(a, announcement('a', 1), 0);
    const other = { offer: sdpOf('a'), offer_id: bytes('a-9') };
    swarms.announce(a, announcement('a', 0, { offers: [other] }), 0);
    expect(swarms.answer(b, answerOf('b', 'a', 'a-0'))).toEqual([]);
    expect(swarms.answer(b, answerOf('b', 'a', 'a-9'))).toHaveLength(1);
  });
});

describe('messages', () => {
  it('are read as p2p-media-loader-core sends them, without their other fields', () => {
    const sent = { numwant: 5, uploaded: 0, downloaded: 0, left: null, event: 'started' };
    const message = readTrackerMessage(JSON.stringify({ ...announcement('a', 1), ...sent }));
    expect(message).toEqual({ ...announcement('a', 1), numwant: 5, event: 'started' });
    const answer = answerOf('b', 'a', 'a-0');
    expect(readTrackerMessage(JSON.stringify({ ...answer, trackerid: 'x' }))).toEqual(answer);
  });

  it.each([
    ['scrape', { action: 'scrape', info_hash: HASH }],
    ['a short info hash', announcement('a', 0, { info_hash: 'short' })],
    ['characters that aren’t bytes', announcement('a', 0, { peer_id: '€'.repeat(20) })],
    ['too many offers', announcement('a', 11)],
    [
      'a huge description',
      announcement('a', 0, {
        offers: [{ offer_id: bytes('o'), offer: { type: 'offer', sdp: 'x'.repeat(8_001) } }],
      }),
    ],
    ['an answer without an addressee', { ...answerOf('b', 'a', 'o'), to_peer_id: undefined }],
    ['an answer that is an offer', { ...answerOf('b', 'a', 'o'), answer: sdpOf('b') }],
    ['a list', [announcement('a')]],
  ])('are refused: %s', (_what, message) => {
    expect(readTrackerMessage(JSON.stringify(message))).toBeNull();
  });
});
