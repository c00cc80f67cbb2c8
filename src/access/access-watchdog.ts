import type { Log } from '../common/logger.js';
import type { ChannelAccess } from './access-policy.js';
import type { AccessService } from './access.service.js';
import type { Visitor } from './visitor.js';

/**
 * The interval at which everyone inside a protected channel is checked. Announced changes are
 * checked at once. After any other change, revoked access ends within this time.
 */
const WATCH_MS = 3_000;

/** The dependencies of an {@link AccessWatchdog}. */
type Options<M> = {
  access: AccessService;
  log: Log;
  visitorOf: (member: M) => Visitor;
  /**
   * Evicts someone who is no longer allowed; must lead to a call of {@link AccessWatchdog.leave}.
   */
  evict: (member: M, channel: string, code: 'password_required' | 'channel_not_found') => void;
};

/** Tracks who is inside each channel, and evicts those who are no longer allowed. */
export class AccessWatchdog<M extends object> {
  readonly #options: Options<M>;
  /** Everyone inside each channel, by the channel's name. Bounded by the limits on connections. */
  readonly #inside = new Map<string, Set<M>>();
  readonly #timer = setInterval(() => void this.#watch(), WATCH_MS);
  readonly #offs: readonly (() => void)[];

  constructor(options: Options<M>) {
    this.#options = options;
    const { events } = options.access;
    this.#offs = [
      events.on('changed', (name) => void this.#check(name)),
      events.on('missed', () => void this.#checkAll()),
    ];
    this.#timer.unref();
  }

  enter(member: M, channel: string): void {
    this.#inside.set(channel, (this.#inside.get(channel) ?? new Set()).add(member));
  }

  leave(member: M, channel: string): void {
    const inside = this.#inside.get(channel);
    inside?.delete(member);
    if (inside?.size === 0) this.#inside.delete(channel);
  }

  close(): void {
    clearInterval(this.#timer);
    for (const off of this.#offs) off();
  }

  /** Detects unannounced changes to protected channels, such as disabled accounts. */
  async #watch(): Promise<void> {
    for (const name of this.#inside.keys())
      if (this.#options.access.mayBeProtected(name)) await this.#check(name);
  }

  /**
   * Detects changes to all channels, one channel at a time, so that other queries aren't delayed.
   */
  async #checkAll(): Promise<void> {
    for (const name of this.#inside.keys()) await this.#check(name, { isNotified: false });
  }

  /**
   * @param isNotified whether everyone inside a deleted channel is notified of the deletion by the
   *   code that deletes it
   */
  async #check(name: string, { isNotified = true } = {}): Promise<void> {
    if (!this.#inside.has(name)) return;
    const channel = await this.#read(name);
    // The code that deletes a channel notifies everyone inside.
    if (channel === undefined || (channel === null && isNotified)) return;
    const { access, visitorOf, evict } = this.#options;
    for (const member of this.#inside.get(name) ?? []) {
      const decision = access.decide(channel, visitorOf(member));
      if (decision === 'allowed') continue;
      evict(
        member,
        name,
        decision === 'password_needed' ? 'password_required' : 'channel_not_found',
      );
    }
  }

  /** Reads a channel's access. Resolves to undefined if that fails; the next check retries. */
  async #read(name: string): Promise<ChannelAccess | null | undefined> {
    try {
      return await this.#options.access.read(name);
    } catch (error) {
      this.#options.log.warn(
        { err: error, channel: name },
        'access rules can’t be read; checking again later',
      );
      return undefined;
    }
  }
}
