import { randomInt } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import { DomainError } from '../../common/domain-error.js';
import type { EventOrigin } from '../../security-log/security-event.js';
import { CLOCK, type Clock } from '../../common/clock.js';
import { DISPLAY_NAME_MAX } from '../../protocol/limits.js';
import { isReserved, isReservedUsername } from '../../common/reserved-names.js';
import { AccountNames } from '../account-names.js';
import { type Account, AccountRepository } from '../account.repository.js';
import { assertEnabled } from '../account.service.js';
import { RegistrationService } from '../registration/registration.service.js';
import { ExternalIdentityRepository } from './external-identity.repository.js';
import type { ProviderClaims } from './oidc-client.js';
import { usernameFrom } from './username-from.js';

/** The number of usernames to try. */
const TRIES = 5;

/** Maps users authenticated by the OpenID provider to accounts. */
@Injectable()
export class OidcService {
  constructor(
    private readonly identities: ExternalIdentityRepository,
    private readonly accounts: AccountRepository,
    private readonly names: AccountNames,
    private readonly registration: RegistrationService,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /**
   * Returns the account of a user who returns from the provider. The account is created at the
   * user's first login. An existing account with the same name or e-mail address isn't assumed to
   * belong to the same person, so its owner has to connect it.
   * @throws {DomainError} `account_disabled`; `registration_closed`, `invitation_needed`
   */
  async accountOf(claims: ProviderClaims, invitation: string | undefined): Promise<Account> {
    const identity = { issuer: claims.iss, subject: claims.sub };
    const id = await this.identities.findAccountId(identity);
    const known = id === null ? null : await this.accounts.find(id);
    if (known !== null) {
      assertEnabled(known);
      return known;
    }
    return this.registration.register(invitation, async () => {
      const account = await this.#create(claims);
      if (!(await this.identities.create(identity, account.id, null))) throw taken();
      return account;
    });
  }

  /**
   * Connects an account.
   * @throws {DomainError} `conflict` if the identity is connected to another account
   */
  async link(claims: ProviderClaims, accountId: string, from: EventOrigin): Promise<void> {
    const identity = { issuer: claims.iss, subject: claims.sub };
    if ((await this.identities.findAccountId(identity)) === accountId) return;
    const event = { accountId, kind: 'provider_linked', from } as const;
    if (!(await this.identities.create(identity, accountId, { event, at: this.#now() })))
      throw taken();
  }

  /**
   * @throws {DomainError} `conflict` for an account without a password, because its owner could no
   *   longer log in
   */
  async unlink(accountId: string, from: EventOrigin): Promise<void> {
    const account = await this.accounts.findWithSecrets({ id: accountId });
    if (account?.passwordHash == null)
      throw new DomainError('conflict', 'Set a password first, so that you can still log in.');
    await this.identities.deleteAll(accountId, { from, at: this.#now() });
  }

  #now(): Date {
    return new Date(this.clock.nowMs());
  }

  /**
   * Returns the provider's display name; an empty string if the name could be confused with another
   * account's.
   */
  async #freeName(name: string): Promise<string> {
    return isReserved(name) || (await this.names.isTaken(name)) ? '' : name;
  }

  async #create(claims: ProviderClaims): Promise<Account> {
    const wish = usernameFrom(claims);
    const displayName = await this.#freeName(shownName(claims.name ?? ''));
    // A reserved name is only tried with a number appended.
    for (let tries = isReservedUsername(wish) ? 1 : 0; tries < TRIES; tries += 1) {
      const username = tries === 0 ? wish : `${wish}-${randomInt(1_000, 100_000)}`;
      const account = await this.accounts.create({ username, passwordHash: null, displayName });
      if (account !== null) return account;
    }
    throw new DomainError('username_taken', `The name “${wish}” is taken. Try again.`);
  }
}

function shownName(name: string): string {
  return name
    .replaceAll(/[\p{C}\p{Zl}\p{Zp}]/gu, '')
    .trim()
    .slice(0, DISPLAY_NAME_MAX)
    .toWellFormed()
    .trim();
}

function taken(): DomainError {
  return new DomainError('conflict', 'This identity is already connected to another account.');
}
