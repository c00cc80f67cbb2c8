import type { Announcement, Answer, TrackerReply } from './tracker-message.js';

/** The limits of a tracker. */
export type SwarmLimits = Readonly<{
  /** The maximum number of swarms that one socket can be in. */
  swarmsPerSocket: number;
  peersPerSwarm: number;
  /** The maximum number of a peer's unanswered offers; beyond it, the oldest is dropped. */
  offersPerPeer: number;
  /** The interval at which peers should announce themselves. */
  intervalS: number;
  /** The time without an announcement after which a peer is removed. */
  expiryMs: number;
}>;

export const SWARM_LIMITS: SwarmLimits = {
  // A viewer uses two renditions at a time, and a few more while changing the quality.
  swarmsPerSocket: 8,
  peersPerSwarm: 10_000,
  offersPerPeer: 50,
  intervalS: 60,
  expiryMs: 150_000,
};

/** The message for a peer of a swarm that no longer exists. */
export const NO_SUCH_SWARM = 'This swarm doesn’t exist, or no longer exists.';

/** A message to a socket. */
export type Delivery<Socket> = Readonly<{ to: Socket; message: TrackerReply }>;

type Peer<Socket> = {
  readonly socket: Socket;
  readonly id: string;
  /** The peer's position in the swarm's list. */
  at: number;
  seenMs: number;
  /** The peers whose offers this peer has received but not answered, by offer id, oldest first. */
  readonly offers: Map<string, string>;
};

/**
 * The peers of one rendition: by id, and as a list in arbitrary order from which random ones are
 * drawn.
 */
type Swarm<Socket> = {
  readonly byId: Map<string, Peer<Socket>>;
  readonly list: Peer<Socket>[];
};

/**
 * The peers that share media, by swarm. Passes offers to a few random peers and answers back to the
 * peers that made the offers, and reveals nothing else about a swarm. Every method returns the
 * messages to send. The caller checks who can be in which swarm.
 */
export class Swarms<Socket extends object> {
  readonly #limits: SwarmLimits;
  readonly #random: () => number;
  readonly #swarms = new Map<string, Swarm<Socket>>();
  /** The peers of each socket, by info hash. */
  readonly #joined = new Map<Socket, Map<string, Peer<Socket>>>();

  /** @param random returns a number from 0 up to, but not including, 1 */
  constructor(random: () => number, limits: SwarmLimits = SWARM_LIMITS) {
    this.#random = random;
    this.#limits = limits;
  }

  /** The number of swarms that have peers. */
  get size(): number {
    return this.#swarms.size;
  }

  /** The number of peers in all swarms. */
  get peers(): number {
    return [...this.#swarms.values()].reduce((sum, { list }) => sum + list.length, 0);
  }

  /** Adds a peer to a swarm, or removes it, and passes its offers on. */
  announce(socket: Socket, announcement: Announcement, nowMs: number): Delivery<Socket>[] {
    const { info_hash, peer_id, event, offers } = announcement;
    const own = this.#joined.get(socket)?.get(info_hash);
    if (event === 'stopped') {
      if (own?.id === peer_id) this.#remove(info_hash, own);
      return [];
    }
    const peer = own ?? this.#join(socket, announcement, nowMs);
    if (typeof peer === 'string') return [failure(socket, info_hash, peer)];
    if (peer.id !== peer_id)
      return [
        failure(socket, info_hash, 'This connection is already in the swarm under a different id.'),
      ];
    peer.seenMs = nowMs;
    const wanted = Math.min(offers.length, announcement.numwant ?? offers.length);
    const others = this.#draw(info_hash, peer, Math.floor(wanted));
    return [
      { to: socket, message: { action: 'announce', info_hash, interval: this.#limits.intervalS } },
      ...others.flatMap((other, index) => {
        const offered = offers[index];
        if (!offered) return [];
        const { offer, offer_id } = offered;
        this.#recordOffer(other, offer_id, peer_id);
        const message: TrackerReply = { action: 'announce', info_hash, peer_id, offer_id, offer };
        return [{ to: other.socket, message }];
      }),
    ];
  }

  /** Passes an answer to the peer that made the offer. Other answers are dropped. */
  answer(socket: Socket, { info_hash, peer_id, to_peer_id, offer_id, answer }: Answer) {
    const peer = this.#joined.get(socket)?.get(info_hash);
    if (peer?.id !== peer_id || peer.offers.get(offer_id) !== to_peer_id) return [];
    peer.offers.delete(offer_id);
    const offerer = this.#swarms.get(info_hash)?.byId.get(to_peer_id);
    if (!offerer) return [];
    const message: TrackerReply = { action: 'announce', info_hash, peer_id, offer_id, answer };
    return [{ to: offerer.socket, message }] satisfies Delivery<Socket>[];
  }

  /** Removes a socket's peers. */
  leave(socket: Socket): void {
    this.retain(socket, () => false);
  }

  /**
   * Removes a socket's peers from all swarms except those that it can still be in. The messages
   * tell the socket which swarms it was removed from, so that it leaves them too.
   */
  retain(socket: Socket, isOpen: (infoHash: string) => boolean): Delivery<Socket>[] {
    const closed = [...(this.#joined.get(socket) ?? [])].filter(([infoHash]) => !isOpen(infoHash));
    for (const [infoHash, peer] of closed) this.#remove(infoHash, peer);
    return closed.map(([infoHash]) => failure(socket, infoHash, NO_SUCH_SWARM));
  }

  /** Removes peers that haven't announced themselves for a while. */
  expire(nowMs: number): void {
    const sinceMs = nowMs - this.#limits.expiryMs;
    for (const [infoHash, { list }] of this.#swarms)
      for (const peer of list.filter(({ seenMs }) => seenMs < sinceMs))
        this.#remove(infoHash, peer);
  }

  /** Returns the new peer, or the reason why it can't join. */
  #join(
    socket: Socket,
    { info_hash, peer_id }: Announcement,
    nowMs: number,
  ): Peer<Socket> | string {
    const { swarmsPerSocket, peersPerSwarm } = this.#limits;
    const swarm: Swarm<Socket> = this.#swarms.get(info_hash) ?? { byId: new Map(), list: [] };
    const joined = this.#joined.get(socket) ?? new Map<string, Peer<Socket>>();
    if (joined.size >= swarmsPerSocket) return 'This connection is in too many swarms.';
    if (swarm.list.length >= peersPerSwarm) return 'The swarm is full.';
    // Otherwise, a peer could receive the answers to another peer's offers.
    if (swarm.byId.has(peer_id)) return 'Another peer in the swarm has this id.';
    const peer = { socket, id: peer_id, at: swarm.list.length, seenMs: nowMs, offers: new Map() };
    swarm.list.push(peer);
    swarm.byId.set(peer_id, peer);
    joined.set(info_hash, peer);
    this.#swarms.set(info_hash, swarm);
    this.#joined.set(socket, joined);
    return peer;
  }

  #remove(infoHash: string, { socket, id, at }: Peer<Socket>): void {
    const swarm = this.#swarms.get(infoHash);
    const joined = this.#joined.get(socket);
    if (!swarm || !joined) return;
    swarm.byId.delete(id);
    const last = swarm.list.pop();
    if (last && last.id !== id) {
      swarm.list[at] = last;
      last.at = at;
    }
    if (swarm.list.length === 0) this.#swarms.delete(infoHash);
    joined.delete(infoHash);
    if (joined.size === 0) this.#joined.delete(socket);
  }

  /** Returns up to `count` random peers of a swarm, excluding the given one. */
  #draw(infoHash: string, without: Peer<Socket>, count: number): Peer<Socket>[] {
    const list = this.#swarms.get(infoHash)?.list ?? [];
    const drawn: Peer<Socket>[] = [];
    // These are the first steps of a Fisher-Yates shuffle, whose cost doesn't depend on the swarm's
    // size.
    for (let at = 0; at < list.length && drawn.length < count; at += 1) {
      swap(list, at, at + Math.floor(this.#random() * (list.length - at)));
      const peer = list[at];
      if (peer && peer !== without) drawn.push(peer);
    }
    return drawn;
  }

  #recordOffer({ offers }: Peer<Socket>, offerId: string, from: string): void {
    offers.set(offerId, from);
    if (offers.size <= this.#limits.offersPerPeer) return;
    const [oldest] = offers.keys();
    if (oldest !== undefined) offers.delete(oldest);
  }
}

function swap<Socket>(list: Peer<Socket>[], a: number, b: number): void {
  const [first, second] = [list[a], list[b]];
  if (!first || !second) return;
  list[a] = second;
  list[b] = first;
  second.at = a;
  first.at = b;
}

function failure<Socket>(to: Socket, info_hash: string, reason: string): Delivery<Socket> {
  return { to, message: { action: 'announce', info_hash, 'failure reason': reason } };
}
