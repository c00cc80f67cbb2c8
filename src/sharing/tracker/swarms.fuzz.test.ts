import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fuzzRuns } from '../../../test/support/fuzz-runs.js';
import { type Delivery, type SwarmLimits, Swarms } from './swarms.js';
import { OFFERS_MAX, readTrackerMessage, type TrackerMessage } from './tracker-message.js';

type Socket = Readonly<{ name: number }>;

const SOCKETS = 7;
const LIMITS: SwarmLimits = {
  swarmsPerSocket: 2,
  peersPerSwarm: 4,
  offersPerPeer: 3,
  intervalS: 60,
  expiryMs: 500,
};

const repeated = (...letters: string[]) =>
  fc.constantFrom(...letters).map((letter) => letter.repeat(20));
/** Uses few ids, so that they often collide. */
const someId = repeated('A', 'B', 'C', 'D', 'E', 'F');
const someHash = repeated('A', 'B', 'C');
const described = (type: string) =>
  fc.record({ type: fc.constant(type), sdp: fc.string({ minLength: 1 }) });
const someAnnouncement = fc.record(
  {
    action: fc.constant('announce'),
    info_hash: someHash,
    peer_id: someId,
    event: fc.constantFrom('started', 'stopped', 'update', 'completed'),
    numwant: fc.oneof(fc.integer({ min: 0, max: 20 }), fc.double({ min: 0, noNaN: true })),
    offers: fc.array(fc.record({ offer: described('offer'), offer_id: someId }), {
      maxLength: OFFERS_MAX,
    }),
  },
  { requiredKeys: ['action', 'info_hash', 'peer_id'] },
);
const someAnswer = fc.record({
  action: fc.constant('announce'),
  info_hash: someHash,
  peer_id: someId,
  to_peer_id: someId,
  offer_id: someId,
  answer: described('answer'),
});
const someStep = fc.record({
  at: fc.nat({ max: SOCKETS - 1 }),
  /** The time since the previous step. */
  afterMs: fc.nat({ max: 40 }),
  what: fc.oneof(
    { weight: 8, arbitrary: someAnnouncement },
    { weight: 2, arbitrary: someAnswer },
    // Answers the most recently passed offer.
    { weight: 4, arbitrary: fc.constant('reply' as const) },
    { weight: 1, arbitrary: fc.constantFrom('leave' as const, 'retain' as const) },
  ),
});

type Step = typeof someStep extends fc.Arbitrary<infer Value> ? Value : never;

/** Swarms with their sockets. Checks everything that the swarms send. */
class Scene {
  readonly swarms: Swarms<Socket>;
  readonly #sockets = Array.from({ length: SOCKETS }, (_, name): Socket => ({ name }));
  /** The ids under which each socket announced itself in each swarm. */
  readonly #announced = new Map<string, Set<string>>();
  #lastOffer: Delivery<Socket> | undefined;
  #nowMs = 0;
  offers = 0;
  answers = 0;

  constructor() {
    let seed = 7;
    const random = () => (seed = (seed * 16_807) % 2_147_483_647) / 2_147_483_647;
    this.swarms = new Swarms(random, LIMITS);
  }

  /** Takes a step, and returns the violated invariants. */
  take({ at, afterMs, what }: Step): string[] {
    const socket = this.#sockets[at]!;
    this.#nowMs += afterMs;
    this.swarms.expire(this.#nowMs);
    if (what === 'leave') this.swarms.leave(socket);
    else if (what === 'retain') this.swarms.retain(socket, (hash) => hash.startsWith('A'));
    else if (what === 'reply') return [...this.#reply(), ...this.#excess()];
    else {
      const message = readTrackerMessage(JSON.stringify(what));
      if (message !== null) return [...this.#hear(socket, message), ...this.#excess()];
    }
    return this.#excess();
  }

  leaveAll(): void {
    for (const socket of this.#sockets) this.swarms.leave(socket);
  }

  #hear(socket: Socket, message: TrackerMessage): string[] {
    if (message.answer !== undefined) return this.#answered(this.swarms.answer(socket, message));
    const key = `${socket.name} ${message.info_hash}`;
    this.#announced.set(key, (this.#announced.get(key) ?? new Set()).add(message.peer_id));
    const sent = this.swarms.announce(socket, message, this.#nowMs);
    const passed = sent.filter((one) => 'offer' in one.message);
    this.#lastOffer = passed[0] ?? this.#lastOffer;
    this.offers += passed.length;
    const receivers = new Set(passed.map(({ to }) => to));
    return [
      ...(sent.length - passed.length > 1 ? ['more than one reply'] : []),
      ...(passed.length > message.offers.length ? ['an offer was passed twice'] : []),
      ...(receivers.has(socket) ? ['an offer came back'] : []),
      ...(receivers.size < passed.length ? ['two offers went to one peer'] : []),
      ...this.#leaks(sent),
    ];
  }

  #reply(): string[] {
    const { to, message } = this.#lastOffer ?? {};
    this.#lastOffer = undefined;
    if (!to || !message || !('offer' in message)) return [];
    const [id = ''] = this.#announced.get(`${to.name} ${message.info_hash}`) ?? [];
    const { action, info_hash, peer_id: to_peer_id, offer_id } = message;
    const answer = { type: 'answer', sdp: 'yes' } as const;
    const reply = { action, info_hash, peer_id: id, to_peer_id, offer_id, answer };
    return this.#answered(this.swarms.answer(to, reply));
  }

  #answered(sent: readonly Delivery<Socket>[]): string[] {
    this.answers += sent.length;
    return [...(sent.length > 1 ? ['an answer was passed twice'] : []), ...this.#leaks(sent)];
  }

  /**
   * Returns the violations of the rule that offers and answers reach only sockets that announced
   * themselves in the swarm.
   */
  #leaks(sent: readonly Delivery<Socket>[]): string[] {
    return sent
      .filter(({ message }) => 'peer_id' in message)
      .filter(({ to, message }) => !this.#announced.has(`${to.name} ${message.info_hash}`))
      .map(({ to, message }) => `${to.name} was told about ${message.info_hash}`);
  }

  #excess(): string[] {
    const { size, peers } = this.swarms;
    return [
      ...(peers > SOCKETS * LIMITS.swarmsPerSocket ? ['a socket is in too many swarms'] : []),
      ...(peers > size * LIMITS.peersPerSwarm ? ['a swarm has too many peers'] : []),
      ...(peers < size ? ['a swarm is empty'] : []),
    ];
  }
}

describe('the parser of messages', () => {
  const valid = {
    action: 'announce',
    info_hash: 'A'.repeat(20),
    peer_id: 'B'.repeat(20),
    offers: [],
  };
  const text = fc.oneof(
    fc.string(),
    fc.json(),
    fc.jsonValue().map((extra) => JSON.stringify({ ...valid, extra })),
    fc
      .tuple(fc.constantFrom(...Object.keys(valid)), fc.jsonValue())
      .map(([key, value]) => JSON.stringify({ ...valid, [key]: value })),
  );

  it('never throws, and returns nothing but known fields of valid sizes', () => {
    let read = 0;
    fc.assert(
      fc.property(text, (given) => {
        const message = readTrackerMessage(given);
        if (message === null) return true;
        read += 1;
        const offers = message.answer === undefined ? message.offers.length : 0;
        const sizes = [message.info_hash.length, message.peer_id.length];
        return !('extra' in message) && sizes.every((size) => size === 20) && offers <= OFFERS_MAX;
      }),
      { numRuns: fuzzRuns(500) },
    );
    expect(read).toBeGreaterThan(50);
  });
});

describe('swarms', () => {
  it('keep their limits, and tell a socket only about swarms in which it announced itself', () => {
    const passed = { offers: 0, answers: 0 };
    fc.assert(
      fc.property(fc.array(someStep, { maxLength: 120, size: 'max' }), (steps) => {
        const scene = new Scene();
        expect(steps.flatMap((step) => scene.take(step))).toEqual([]);
        passed.offers += scene.offers;
        passed.answers += scene.answers;
        scene.leaveAll();
        expect([scene.swarms.size, scene.swarms.peers]).toEqual([0, 0]);
      }),
      { numRuns: fuzzRuns(50) },
    );
    expect(passed.offers).toBeGreaterThan(100);
    expect(passed.answers).toBeGreaterThan(20);
  });
});
