import {
  Inject,
  Injectable,
  type OnApplicationBootstrap,
  type OnApplicationShutdown,
} from '@nestjs/common';
import { z } from 'zod';
import type { LiveBroadcast } from '../broadcast/live-broadcast.js';
import type { LiveChannel } from '../broadcast/live-channel.js';
import { LiveChannels } from '../broadcast/live-channels.js';
import { BUS, type Bus } from '../cluster/bus.js';
import { shared } from '../cluster/shared.js';
import { LOG, type Log } from '../common/logger.js';
import type { RestreamStatus } from '../protocol/restream.js';
import { equalBytes } from '../media/codecs/equal-bytes.js';
import { RestreamRepository, type SealedTarget } from './restream.repository.js';
import { type Sender, Senders } from './senders.js';

/** The retry delay after the database failed. */
const RETRY_MS = 2_000;

/** A sender, and the target as it was when the sender started. */
type Sent = Readonly<{ sender: Sender; target: SealedTarget }>;

type Active = {
  readonly broadcast: LiveBroadcast;
  /** The active senders, by target id. */
  readonly sent: Map<string, Sent>;
  /** The number of the newest query for targets. The results of earlier queries are out of date. */
  query: number;
  retry?: NodeJS.Timeout;
};

/** Sends the broadcasts on this node to their channels' targets. */
@Injectable()
export class Restreams implements OnApplicationBootstrap, OnApplicationShutdown {
  /** By channel id. */
  readonly #active = new Map<string, Active>();
  readonly #log: Log;
  readonly #announce: (changed: { channelId: string }) => void;

  // oxlint-disable-next-line max-params -- injected by Nest
  constructor(
    private readonly liveChannels: LiveChannels,
    private readonly repository: RestreamRepository,
    private readonly senders: Senders,
    @Inject(BUS) bus: Bus,
    @Inject(LOG) log: Log,
  ) {
    this.#log = log.child({ part: 'restreams' });
    this.#announce = shared(bus, 'restream-targets', {
      schema: z.object({ channelId: z.uuid() }),
      apply: ({ channelId }) => void this.reload(channelId),
    });
  }

  onApplicationBootstrap(): void {
    this.liveChannels.events.on('stateChanged', (channel) => this.#update(channel));
  }

  async onApplicationShutdown(): Promise<void> {
    for (const channelId of this.#active.keys()) this.#stop(channelId);
    await this.senders.close();
  }

  /** Applies a change to a channel's targets on the node that runs its broadcast. */
  targetsChanged(channelId: string): void {
    this.#announce({ channelId });
  }

  /** Returns the status of each target to which this node sends, by id; null if it sends to none. */
  statuses(channelId: string): Record<string, RestreamStatus> | null {
    const active = this.#active.get(channelId);
    if (!active) return null;
    return Object.fromEntries([...active.sent].map(([id, { sender }]) => [id, sender.status]));
  }

  #update({ id, broadcast }: LiveChannel): void {
    const active = this.#active.get(id);
    const isOn = broadcast !== null && broadcast.phase.name !== 'ended';
    if (active && (!isOn || active.broadcast !== broadcast)) this.#stop(id);
    if (!isOn || this.#active.has(id)) return;
    this.#active.set(id, { broadcast, sent: new Map(), query: 0 });
    void this.reload(id);
  }

  #stop(channelId: string): void {
    const active = this.#active.get(channelId);
    clearTimeout(active?.retry);
    for (const { sender } of active?.sent.values() ?? []) sender.close();
    this.#active.delete(channelId);
  }

  /**
   * Reads a channel's targets again, and resolves when the changes have been applied. Never
   * rejects.
   */
  async reload(channelId: string): Promise<void> {
    const active = this.#active.get(channelId);
    if (!active) return;
    clearTimeout(active.retry);
    active.query += 1;
    const { query } = active;
    const isCurrent = (): boolean =>
      this.#active.get(channelId) === active && active.query === query;
    try {
      const targets = await this.repository.enabled(channelId);
      if (isCurrent()) this.#apply(active, targets);
    } catch (err) {
      if (!isCurrent()) return;
      this.#log.warn({ err }, 'the targets of a channel can’t be read; retrying');
      active.retry = setTimeout(() => void this.reload(channelId), RETRY_MS).unref();
    }
  }

  #apply({ broadcast, sent }: Active, targets: readonly SealedTarget[]): void {
    const wanted = new Map(targets.map((target) => [target.id, target]));
    for (const [id, { sender, target }] of sent)
      if (!isSame(target, wanted.get(id))) {
        sender.close();
        sent.delete(id);
      }
    for (const target of targets) {
      const sender = sent.has(target.id) ? null : this.senders.start(broadcast, target);
      if (sender) sent.set(target.id, { sender, target });
    }
  }
}

/**
 * Whether the target's URL and keys are unchanged. A key that is set again is sealed differently,
 * even if it is the same.
 */
function isSame(before: SealedTarget, after: SealedTarget | undefined): boolean {
  return (
    after?.url === before.url &&
    equalBytes(after.key, before.key) &&
    isSamePassphrase(before.passphrase, after.passphrase)
  );
}

function isSamePassphrase(before: Uint8Array | null, after: Uint8Array | null): boolean {
  return before === null || after === null ? before === after : equalBytes(before, after);
}
