import { Inject, Injectable } from '@nestjs/common';
import { addressHash } from '../auth/address-hash.js';
import { PasswordHasher } from '../auth/password-hasher.js';
import { ADDRESS_BAN_MS } from '../common/address-ban.js';
import { CLOCK, type Clock } from '../common/clock.js';
import { DomainError } from '../common/domain-error.js';
import { CONFIG, type Config } from '../config/config.js';
import { Secrets } from '../secrets/secrets.js';
import { type ChannelAccess, isProtected, narrowed } from './access-policy.js';
import { AccessRepository } from './access.repository.js';
import { AccessService, type Visitor } from './access.service.js';
import { ChannelPasses } from './channel-passes.js';
import { assertAllowed, channelNotFound } from './refusals.js';
import { UnlockThrottle } from './unlock-throttle.js';

/** Passes for who knows a channel's password. */
@Injectable()
export class UnlockService {
  readonly #access: AccessService;
  readonly #repository: AccessRepository;
  readonly #hasher: PasswordHasher;
  readonly #secrets: Secrets;
  readonly #passes: ChannelPasses;
  readonly #throttle: UnlockThrottle;
  readonly #config: Config;
  readonly #clock: Clock;

  // oxlint-disable-next-line max-params -- Nest's injection: what it uses, the configuration, the clock.
  constructor(
    access: AccessService,
    repository: AccessRepository,
    hasher: PasswordHasher,
    secrets: Secrets,
    @Inject(CONFIG) config: Config,
    @Inject(CLOCK) clock: Clock,
  ) {
    this.#access = access;
    this.#repository = repository;
    this.#hasher = hasher;
    this.#secrets = secrets;
    this.#passes = new ChannelPasses(secrets);
    this.#throttle = new UnlockThrottle(clock);
    this.#config = config;
    this.#clock = clock;
  }

  /**
   * Resolves with the cookie that lets in; null for one who needs none.
   *
   * @param guess.address where the request is from, for the throttle and for bans of guests
   * @throws {DomainError} `wrong_password`; `rate_limited` after too many of these; `channel_not_found`;
   *   `unavailable` when too many passwords are checked at once.
   */
  async unlock(
    name: string,
    visitor: Visitor,
    { password, address }: { password: string; address: string },
  ): Promise<string | null> {
    const channel = await this.#access.find(name);
    if (channel === null) throw channelNotFound(name);
    // The password may be for a recording, while the channel itself is open.
    const decision = this.#access.decide(narrowed(channel, 'password'), visitor);
    if (visitor.identity.account === null) await this.#assertNotBanned(channel, address);
    const hash =
      decision === 'password_needed' ? await this.#repository.passwordHash(channel.id) : null;
    if (decision !== 'password_needed' || (hash === null && !isProtected(channel))) {
      assertAllowed(decision === 'password_needed' ? 'allowed' : decision, name);
      return null;
    }
    const isRight = await this.#throttle.guess({ channel: name, address }, async () =>
      this.#hasher.verify(password, hash),
    );
    if (!isRight) throw new DomainError('wrong_password', 'This is not the channel’s password.');
    return this.#passes.add(visitor.passes, channel, {
      nowMs: this.#clock.nowMs(),
      secure: this.#config.http.publicUrl.startsWith('https:'),
    });
  }

  /** For a day another device of a banned guest's address isn't let in either, as it may not write. */
  async #assertNotBanned({ id, name }: ChannelAccess, address: string): Promise<void> {
    const after = new Date(this.#clock.nowMs() - ADDRESS_BAN_MS);
    const hash = addressHash(this.#secrets, address);
    if (await this.#repository.isAddressBanned(id, hash, after)) throw channelNotFound(name);
  }
}
