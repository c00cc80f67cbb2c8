import type { Log } from '../common/logger.js';
import type { ChannelAccess } from './access-policy.js';
import type { AccessService } from './access.service.js';
import type { Visitor } from './visitor.js';

/** How often it is looked whether those who are in a protected channel still may: a lost right ends within it. */
const WATCH_MS = 3_000;

/** Who is in one channel or several, and how to put them out. */
type Options<M> = {
  access: AccessService;
  log: Log;
  visitorOf: (member: M) => Visitor;
  /** Who may not be in a channel any more; to be followed by {@link AccessWatchdog.leave}. */
  evict: (member: M, channel: string, code: 'password_required' | 'channel_not_found') => void;
};

/**
 * Who has been let into which channels, and has something of them for as long as they are: it goes on
 * being asked whether they may.
 */
export class AccessWatchdog<M extends object> {
  readonly #options: Options<M>;
  /** By channel name. Bounded by those who bound connections. */
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

  /** Finds what was changed elsewhere, where not everybody may watch: bans, accounts that were disabled. */
  async #watch(): Promise<void> {
    for (const name of this.#inside.keys())
      if (this.#options.access.mayBeProtected(name)) await this.#check(name);
  }

  async #check(name: string): Promise<void> {
    if (!this.#inside.has(name)) return;
    const channel = await this.#read(name);
    // One that was deleted says so by itself.
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

  /** Undefined when it can't be read now: then the next look finds out. */
  async #read(name: string): Promise<ChannelAccess | null | undefined> {
    try {
      return await this.#options.access.read(name);
    } catch (error) {
      this.#options.log.warn({ err: error, channel: name }, 'who may watch can’t be looked up');
      return undefined;
    }
  }
}
