import type { Log } from '../common/logger.js';
import type { ChannelAccess } from './access-policy.js';
import type { AccessService } from './access.service.js';
import type { Visitor } from './visitor.js';

/**
 * How often those inside a protected channel are checked: the longest that revoked access lasts.
 */
const WATCH_MS = 3_000;

/** The members of channels, and how to evict them. */
type Options<M> = {
  access: AccessService;
  log: Log;
  visitorOf: (member: M) => Visitor;
  /** Evicts a member who is no longer allowed; must lead to {@link AccessWatchdog.leave}. */
  evict: (member: M, channel: string, code: 'password_required' | 'channel_not_found') => void;
};

/**
 * Tracks who was let into which channels, and keeps checking that they are still allowed for as
 * long as they stay.
 */
export class AccessWatchdog<M extends object> {
  readonly #options: Options<M>;
  /** By channel name. Bounded by the limits on connections. */
  readonly #inside = new Map<string, Set<M>>();
  readonly #timer = setInterval(() => void this.#watch(), WATCH_MS);
  readonly #off: () => void;

  constructor(options: Options<M>) {
    this.#options = options;
    this.#off = options.access.events.on('changed', (name) => void this.#check(name));
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
    this.#off();
  }

  /** Detects changes made elsewhere to protected channels: bans and disabled accounts. */
  async #watch(): Promise<void> {
    for (const name of this.#inside.keys())
      if (this.#options.access.mayBeProtected(name)) await this.#check(name);
  }

  async #check(name: string): Promise<void> {
    if (!this.#inside.has(name)) return;
    const channel = await this.#read(name);
    // Deleted channels notify their members themselves.
    if (!channel) return;
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

  /** Reads the channel's access; undefined on failure, until the next check. */
  async #read(name: string): Promise<ChannelAccess | null | undefined> {
    try {
      return await this.#options.access.read(name);
    } catch (error) {
      this.#options.log.warn({ err: error, channel: name }, 'who may watch can’t be looked up');
      return undefined;
    }
  }
}
