import { Inject, Injectable } from '@nestjs/common';
import { CLOCK, type Clock } from '../../common/clock.js';
import { nameSkeleton } from '../../common/name-skeleton.js';
import { isReserved } from '../../common/reserved-names.js';
import { ChatRepository } from './chat.repository.js';

/**
 * How long a name is cached as free. It takes up to this time to notice a new account with that
 * name.
 */
const KEEP_MS = 60_000;
/** The maximum number of cached names; the oldest is evicted. */
const KEEP_MAX = 5_000;

/**
 * Checks that a guest's name doesn't look like an account's name, so that nobody can impersonate
 * the account.
 */
@Injectable()
export class GuestNames {
  /** The time at which the cache entry of each free name expires, by skeleton. */
  readonly #free = new Map<string, number>();

  constructor(
    private readonly repository: ChatRepository,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  async isFree(guestName: string): Promise<boolean> {
    if (isReserved(guestName)) return false;
    const skeleton = nameSkeleton(guestName);
    const nowMs = this.clock.nowMs();
    if (nowMs < (this.#free.get(skeleton) ?? 0)) return true;
    if (await this.repository.isNameOfAccount(skeleton)) return false;
    this.#free.delete(skeleton);
    this.#free.set(skeleton, nowMs + KEEP_MS);
    const [oldest] = this.#free.keys();
    if (this.#free.size > KEEP_MAX && oldest !== undefined) this.#free.delete(oldest);
    return true;
  }
}
