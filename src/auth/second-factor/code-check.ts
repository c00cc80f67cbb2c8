import { Injectable } from '@nestjs/common';
import { DomainError } from '../../common/domain-error.js';
import { SecurityLog } from '../../security-log/security-log.js';
import { eventOrigin } from '../event-origin.js';
import { type LoginAttempt, type LoginOrigin, LoginThrottle } from '../login-throttle.js';
import { SecondFactorService, type WithSecrets, wrongCode } from './second-factor.service.js';

/** Requires a code after the password for accounts with two-factor authentication. */
@Injectable()
export class CodeCheck {
  constructor(
    private readonly factors: SecondFactorService,
    private readonly throttle: LoginThrottle,
    private readonly log: SecurityLog,
  ) {}

  /**
   * Checks an authenticator or recovery code. A right code can't be used again. Does nothing for an
   * account without two-factor authentication.
   * @throws {DomainError} `second_factor_required` if there is no code; `wrong_code`;
   *   `rate_limited` after too many wrong codes
   */
  async assertRight(
    account: WithSecrets,
    code: string | undefined,
    attempt: LoginAttempt & LoginOrigin,
  ): Promise<void> {
    if (account.totpEnabledAt === null) return;
    if (code === undefined)
      throw new DomainError(
        'second_factor_required',
        'Enter the code from your authenticator app, or a recovery code.',
      );
    const from = eventOrigin(attempt);
    const isRight = await this.throttle.guessCode(attempt, () =>
      this.factors.isRight(account, code, from),
    );
    if (isRight) return;
    this.log.writeLater({ accountId: account.id, kind: 'wrong_code', from });
    throw wrongCode();
  }
}
