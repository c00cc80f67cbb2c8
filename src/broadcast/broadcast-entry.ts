import { Inject, Injectable } from '@nestjs/common';
import type { Channel } from '../channels/channel.js';
import { NodeDrain } from '../cluster/node-drain.js';
import { OpenCounts } from '../common/open-counts.js';
import { CONFIG, type Config } from '../config/config.js';
import type { Visibility } from '../protocol/access.js';
import type { BroadcastSource } from '../protocol/broadcast.js';
import { BroadcastFactory } from './broadcast-factory.js';
import { BroadcastJournal } from './broadcast-journal.js';
import { BroadcastVisibility } from './broadcast-visibility.js';
import type { LiveBroadcast } from './live-broadcast.js';
import type { LiveChannel } from './live-channel.js';
import type { Peer } from './peer.js';
import { limitReached, tryAgain } from './publishing-errors.js';
import { TakeOver, type TakeOverProof } from './take-over.js';

/**
 * The maximum number of attempts to start a broadcast. An attempt fails if another node was faster.
 */
const TRIES = 3;

/** The terms on which an authorized publisher starts publishing to a channel. */
export type Entrance = Readonly<{
  peer: Peer;
  source: BroadcastSource;
  /** The publisher's proof for taking over a broadcast from another connection. */
  proof?: Omit<TakeOverProof, 'source'>;
  /** Called before a broadcast is created. */
  assertMayCreate?: () => Promise<void>;
  /** Returns the visibility of a new broadcast; if absent, the channel's visibility applies. */
  visibility?: () => Promise<Visibility>;
}>;

/**
 * Decides which broadcast a publisher joins: the running one, on this or another node, or a new
 * one.
 */
@Injectable()
export class BroadcastEntry {
  readonly #perAccount: OpenCounts;

  constructor(
    private readonly journal: BroadcastJournal,
    private readonly visibility: BroadcastVisibility,
    private readonly factory: BroadcastFactory,
    private readonly takeOver: TakeOver,
    private readonly drain: NodeDrain,
    @Inject(CONFIG) private readonly config: Config,
  ) {
    this.#perAccount = new OpenCounts(config.broadcast.perAccount);
  }

  /**
   * Finds the broadcast that the publisher joins, here or on another node, or creates one. Must be
   * called in the channel's queue.
   * @throws {DomainError} `broadcast_limit`; `already_publishing` if another connection is
   *   publishing, on any node; `unavailable` if the node of the running broadcast doesn't answer,
   *   or if this node is draining
   */
  async enter(
    live: LiveChannel,
    channel: Channel,
    { peer, source, proof = {}, assertMayCreate, visibility }: Entrance,
  ): Promise<{ broadcast: LiveBroadcast; resumed: boolean }> {
    const shown = { source, ...proof };
    if (live.broadcast) {
      await this.takeOver.assertFree(live.broadcast, peer, shown);
      return { broadcast: live.broadcast, resumed: true };
    }
    // On a draining node, the broadcast would soon have to move.
    if (this.drain.sendsElsewhere) throw tryAgain();
    for (let tries = 0; tries < TRIES; tries += 1) {
      if (this.#isShared) {
        const brought = await this.takeOver.bring(live, channel, shown);
        if (brought) return { broadcast: brought, resumed: true };
      }
      await assertMayCreate?.();
      const created = await this.#create(live, channel, {
        source,
        visibility: (await visibility?.()) ?? 'public',
      });
      if (created) return { broadcast: created, resumed: false };
    }
    throw tryAgain();
  }

  /** Resolves to null if another node has just started a broadcast on the channel. */
  async #create(
    live: LiveChannel,
    channel: Channel,
    about: { source: BroadcastSource; visibility: Visibility },
  ): Promise<LiveBroadcast | null> {
    const { ownerId } = channel;
    const { perAccount } = this.config.broadcast;
    const leave = this.#isShared ? () => undefined : this.#perAccount.enter(ownerId);
    if (!leave) throw limitReached();
    const broadcast = this.factory.create(channel, about);
    broadcast.events.on('phaseEntered', ({ name }) => name === 'ended' && leave());
    try {
      const limits = this.#isShared ? { ownerId, perAccount } : null;
      const result = await this.journal.open(broadcast, channel.id, limits);
      if (result === 'limit') throw limitReached();
      if (result === 'taken') {
        broadcast.end('never_started');
        return null;
      }
    } catch (error) {
      broadcast.end('never_started');
      throw error;
    }
    live.put(broadcast);
    this.visibility.apply(channel.name);
    return broadcast;
  }

  /** Whether other nodes may run broadcasts. */
  get #isShared(): boolean {
    return this.config.node.url !== null;
  }
}
