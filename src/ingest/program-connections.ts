import type { LiveBroadcast } from '../broadcast/live-broadcast.js';
import type { ProgramMedia, ProgramSource } from '../broadcast/ports/media.js';
import type { TakeOver } from '../broadcast/take-over.js';
import type { KeyedAccess, StreamKeyService } from '../channels/stream-key/stream-key.service.js';
import type { NodeDrain } from '../cluster/node-drain.js';
import type { Log } from '../common/logger.js';
import type { ProgramPeer } from './program-peer.js';

/** The interval at which publishers' permissions are checked. */
const CHECK_INTERVAL_MS = 5_000;

/** What a connection needs to become a publisher. */
export type Published = Readonly<{ broadcast: LiveBroadcast; media: ProgramMedia }>;

/** A publisher's connection, over any protocol. */
export interface ProgramConnection {
  readonly peer: ProgramPeer;
  /** The channel and key with which it publishes; null until they are known. */
  readonly access: KeyedAccess | null;
  readonly isPublishing: boolean;
  /** Resolves to whether the connection seems to be lost. */
  isStale(): Promise<boolean>;
  /** Disconnects the encoder, and tells it why if the protocol supports that. */
  end(reason: string): void;
}

type Options = Readonly<{
  source: ProgramSource;
  keys: StreamKeyService;
  takeOver: TakeOver;
  drain: NodeDrain;
  log: Log;
}>;

/**
 * The publishers' connections over one protocol. All are ended when the server drains; each is
 * ended when its stream key is no longer valid.
 */
export class ProgramConnections<C extends ProgramConnection> {
  readonly #all = new Set<C>();
  readonly #options: Options;
  #timer: NodeJS.Timeout | undefined;

  constructor(options: Options) {
    this.#options = options;
    const { source, keys, takeOver, drain } = options;
    takeOver.setRule(source, (broadcast) => this.#isStale(broadcast));
    drain.waitFor(() => [...this.#all].filter((one) => one.isPublishing).length);
    // The encoder reconnects, and then reaches another node.
    drain.events.on('ended', () => this.end(() => true, 'The server is restarting.'));
    keys.events.on('changed', (channelId) =>
      this.end(
        ({ access }) => access?.channel.id === channelId,
        'The stream key was changed. Copy the new one from the channel’s studio page.',
      ),
    );
  }

  [Symbol.iterator](): Iterator<C> {
    return this.#all.values();
  }

  add(connection: C): void {
    this.#all.add(connection);
  }

  delete(connection: C): void {
    this.#all.delete(connection);
  }

  /** Starts checking publishers' permissions. */
  watch(): void {
    const { source, log } = this.#options;
    this.#timer = setInterval(() => {
      this.#check().catch((err: unknown) =>
        // Permissions remain unchanged until the database is available again.
        log.warn({ err, source }, 'the publishers could not be checked'),
      );
    }, CHECK_INTERVAL_MS);
  }

  close(): void {
    clearInterval(this.#timer);
    this.end(() => true, 'The server is stopping.');
  }

  end(which: (connection: C) => boolean, reason: string): void {
    for (const connection of this.#all) if (which(connection)) connection.end(reason);
  }

  /**
   * Resolves to whether nothing arrives from the current publisher's connection. This is the case
   * when an encoder loses its connection and reconnects before the loss is noticed.
   */
  async #isStale({ publisherPeerId }: LiveBroadcast): Promise<boolean> {
    const current = [...this.#all].find(({ peer }) => peer.id === publisherPeerId);
    return current !== undefined && (await current.isStale());
  }

  /**
   * Disconnects publishers whose channel's owner has been disabled, or whose key has been changed.
   */
  async #check(): Promise<void> {
    const byChannel = Map.groupBy(this.#all, ({ access }) => access?.channel.name ?? null);
    for (const [name, present] of byChannel) {
      if (name === null) continue;
      const keyId = await this.#options.keys.keyInForce(name);
      this.end(
        (one) => present.includes(one) && one.access?.keyId !== keyId,
        'The stream key is no longer valid.',
      );
    }
  }
}
