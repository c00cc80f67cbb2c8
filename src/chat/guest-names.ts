import { Inject, Injectable } from '@nestjs/common';
import { CLOCK, type Clock } from '../common/clock.js';
import { ChatRepository } from './chat.repository.js';

/** An account made under a guest's name is noticed this late. */
const KEEP_MS = 60_000;
/** At this many the oldest is asked for again. */
const KEEP_MAX = 5_000;

/** Which names guests may use: none of an account's, so that nobody is mistaken for another. */
@Injectable()
export class GuestNames {
  readonly #repository: ChatRepository;
  readonly #clock: Clock;
  readonly #free = new Map<string, number>();

  constructor(repository: ChatRepository, @Inject(CLOCK) clock: Clock) {
    this.#repository = repository;
    this.#clock = clock;
  }

  async isFree(guestName: string): Promise<boolean> {
    const username = guestName.toLowerCase();
    const nowMs = this.#clock.nowMs();
    if (nowMs < (this.#free.get(username) ?? 0)) return true;
    if (await this.#repository.isUsername(username)) return false;
    this.#free.delete(username);
    this.#free.set(username, nowMs + KEEP_MS);
    const [oldest] = this.#free.keys();
    if (this.#free.size > KEEP_MAX && oldest !== undefined) this.#free.delete(oldest);
    return true;
  }
}
