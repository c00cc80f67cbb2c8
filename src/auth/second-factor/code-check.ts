import { Injectable } from '@nestjs/common';
import { DomainError } from '../../common/domain-error.js';
import { SecurityLog } from '../../security-log/security-log.service.js';
import { eventOrigin } from '../event-origin.js';
import { type LoginAttempt, type LoginOrigin, LoginThrottle } from '../login-throttle.js';
import { SecondFactorService, type WithSecrets, wrongCode } from './second-factor.service.js';

/** Requires a code after the password for accounts with a second factor. */
@Injectable()
export class CodeCheck {
  constructor(
    private readonly factors: SecondFactorService,
    private readonly throttle: LoginThrottle,
    private readonly log: SecurityLog,
  ) {}

  /**
   * Does nothing for an account without a second factor. Uses up a right code or recovery code.
   * @throws {DomainError} `second_factor_required` without a code; `wrong_code`; `rate_limited`
   *   after too many wrong ones
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
