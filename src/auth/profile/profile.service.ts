import { Injectable } from '@nestjs/common';
import { DomainError } from '../../common/domain-error.js';
import { isReserved } from '../../common/reserved-names.js';
import type { ProfileChange, SecurityView } from '../../protocol/account.js';
import { type Account, AccountRepository } from '../account.repository.js';
import { SecondFactorService } from '../second-factor/second-factor.service.js';

/** Manages the profile of the caller's account. */
@Injectable()
export class ProfileService {
  constructor(
    private readonly repository: AccountRepository,
    private readonly factors: SecondFactorService,
  ) {}

  /**
   * @throws {DomainError} `username_taken` for a reserved name, or a name that looks like another
   *   account's
   */
  async rename(accountId: string, { displayName }: ProfileChange): Promise<Account> {
    const account = await this.repository.find(accountId);
    if (account === null) throw gone();
    if (isReserved(displayName) && !account.isAdmin)
      throw new DomainError('username_taken', `“${displayName}” is reserved. Choose another name.`);
    const changed = await this.repository.setDisplayName(
      accountId,
      displayName === account.username ? '' : displayName,
    );
    if (changed === null) throw gone();
    if (changed === 'taken')
      throw new DomainError(
        'username_taken',
        `“${displayName}” looks like someone else’s name. Choose another.`,
      );
    return changed;
  }

  /** Returns the ways in which an account's owner can log in. */
  async security(accountId: string): Promise<SecurityView> {
    const account = await this.repository.findWithSecrets({ id: accountId });
    if (account === null) throw gone();
    return {
      hasPassword: account.passwordHash !== null,
      secondFactor: account.totpEnabledAt !== null,
      recoveryCodesLeft: await this.factors.codesLeft(accountId),
      provider: await this.repository.hasProvider(accountId),
    };
  }
}

function gone(): DomainError {
  return new DomainError('not_logged_in', 'Log in first.');
}
