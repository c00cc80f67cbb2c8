import { Injectable } from '@nestjs/common';
import { DomainError } from '../../common/domain-error.js';
import { SecurityLog } from '../../security-log/security-log.service.js';
import { eventOrigin } from '../event-origin.js';
import { type LoginAttempt, type LoginOrigin, LoginThrottle } from '../login-throttle.js';
import { SecondFactorService, type WithSecrets, wrongCode } from './second-factor.service.js';

/** Asks whoever has the password for a code, where the account has a second factor. */
@Injectable()
export class CodeCheck {
  constructor(
    private readonly factors: SecondFactorService,
    private readonly throttle: LoginThrottle,
    private readonly log: SecurityLog,
  ) {}

  /**
   * Does nothing for an account without a second factor. A code, or recovery code, that is right is
   * used up.
   * @throws {DomainError} `second_factor_required` without a code; `wrong_code`; `rate_limited` after
   *   too many of these.
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
        'Type the code that your authenticator app shows, or a recovery code.',
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
