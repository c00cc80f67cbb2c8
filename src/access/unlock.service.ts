import { Inject, Injectable } from '@nestjs/common';
import { PasswordHasher } from '../auth/password-hasher.js';
import { CLOCK, type Clock } from '../common/clock.js';
import { DomainError } from '../common/domain-error.js';
import { Cookies } from '../common/cookies.js';
import { SHARED_GUESSES, type SharedGuesses } from '../common/shared-guesses.js';
import { CONFIG, type Config } from '../config/config.js';
import { Secrets } from '../secrets/secrets.js';
import { isProtected, narrowed } from './access-policy.js';
import { AccessRepository } from './access.repository.js';
import { AccessService } from './access.service.js';
import { type Visitor } from './visitor.js';
import { ChannelPasses } from './channel-passes.js';
import { assertAllowed, channelNotFound } from './refusals.js';
import { UnlockThrottle } from './unlock-throttle.js';

/** Issues passes to visitors who enter a channel's password. */
@Injectable()
export class UnlockService {
  readonly #passes: ChannelPasses;
  readonly #throttle: UnlockThrottle;

  // oxlint-disable-next-line max-params -- Injected by Nest: access, storage, hashing, secrets, the
  // configuration and the clock.
  constructor(
    private readonly access: AccessService,
    private readonly repository: AccessRepository,
    private readonly hasher: PasswordHasher,
    secrets: Secrets,
    @Inject(CONFIG) private readonly config: Config,
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(SHARED_GUESSES) shared: SharedGuesses | null,
  ) {
    this.#passes = new ChannelPasses(secrets);
    this.#throttle = new UnlockThrottle(clock, shared);
  }

  /**
   * Resolves to a Set-Cookie value that contains the pass, or to null if the visitor needs none.
   *
   * @throws {DomainError} `wrong_password`; `rate_limited` after too many wrong passwords;
   *   `channel_not_found`; `unavailable` if too many passwords are being checked
   */
  async unlock(name: string, visitor: Visitor, password: string): Promise<string | null> {
    const channel = await this.access.find(name);
    if (channel === null) throw channelNotFound(name);
    // The password may be needed for a recording even if the channel itself is open.
    const decision = this.access.decide(narrowed(channel, 'password'), visitor);
    const hash =
      decision === 'password_needed' ? await this.repository.passwordHash(channel.id) : null;
    if (decision !== 'password_needed' || (hash === null && !isProtected(channel))) {
      assertAllowed(decision === 'password_needed' ? 'allowed' : decision, name);
      return null;
    }
    const { identity, passes, address } = visitor;
    const isRight = await this.#throttle.guess({ channel: name, address }, async () =>
      this.hasher.verify(password, hash, address),
    );
    if (!isRight) throw new DomainError('wrong_password', 'Wrong password.');
    const { id, version } = channel;
    const holder = identity.account?.id ?? identity.guestId;
    return this.#passes.add(
      passes,
      { id, version, holder },
      {
        nowMs: this.clock.nowMs(),
        cookies: new Cookies(this.config.http),
      },
    );
  }
}
