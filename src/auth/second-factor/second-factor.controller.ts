import { Body, Controller, HttpCode, Post } from '@nestjs/common';
import type { Identity } from '../../common/identity.js';
import { Operation } from '../../common/operation.js';
import { PasswordProof } from '../../protocol/account.js';
import {
  RecoveryCodes,
  SecondFactorConfirmation,
  SecondFactorSetup,
} from '../../protocol/account-second-factor.js';
import { CurrentAccount, CurrentIdentity, LoggedIn } from '../identity.guard.js';
import { LogInService } from '../log-in.service.js';
import { ProfileService } from '../profile/profile.service.js';
import { type RequestSource, Source } from '../request-source.js';
import { SecondFactorService } from './second-factor.service.js';

/** One's own second factor. All but the confirmation asks the password. */
@Controller('api/account/second-factor')
@LoggedIn()
export class SecondFactorController {
  readonly #factors: SecondFactorService;
  readonly #profiles: ProfileService;
  readonly #logIns: LogInService;

  constructor(factors: SecondFactorService, profiles: ProfileService, logIns: LogInService) {
    this.#factors = factors;
    this.#profiles = profiles;
    this.#logIns = logIns;
  }

  @Post('begin')
  @HttpCode(200)
  @Operation({
    summary: 'Get a key for an authenticator app',
    reply: SecondFactorSetup,
    errors: ['not_logged_in', 'wrong_password', 'rate_limited', 'conflict'],
  })
  async begin(
    @Body({ schema: PasswordProof }) { password }: PasswordProof,
    @CurrentIdentity() identity: Identity,
    @Source() source: RequestSource,
  ): Promise<SecondFactorSetup> {
    const asker = this.#logIns.asker(identity, source);
    return this.#factors.begin(await this.#profiles.assertOwner(asker, password));
  }

  @Post('confirm')
  @HttpCode(200)
  @Operation({
    summary: 'Turn the second factor on, by a code of the new key',
    reply: RecoveryCodes,
    errors: ['not_logged_in', 'wrong_code', 'conflict'],
  })
  async confirm(
    @Body({ schema: SecondFactorConfirmation }) { code }: SecondFactorConfirmation,
    @CurrentAccount() { id }: CurrentAccount,
  ): Promise<RecoveryCodes> {
    return { codes: await this.#factors.confirm(id, code) };
  }

  @Post('recovery-codes')
  @HttpCode(200)
  @Operation({
    summary: 'Get new recovery codes; the old ones are void',
    reply: RecoveryCodes,
    errors: ['not_logged_in', 'wrong_password', 'rate_limited', 'conflict'],
  })
  async renew(
    @Body({ schema: PasswordProof }) { password }: PasswordProof,
    @CurrentIdentity() identity: Identity,
    @Source() source: RequestSource,
  ): Promise<RecoveryCodes> {
    const { id } = await this.#profiles.assertOwner(this.#logIns.asker(identity, source), password);
    return { codes: await this.#factors.renewCodes(id) };
  }

  @Post('disable')
  @HttpCode(204)
  @Operation({
    summary: 'Turn the second factor off',
    reply: null,
    errors: ['not_logged_in', 'wrong_password', 'rate_limited'],
  })
  async disable(
    @Body({ schema: PasswordProof }) { password }: PasswordProof,
    @CurrentIdentity() identity: Identity,
    @Source() source: RequestSource,
  ): Promise<void> {
    const { id } = await this.#profiles.assertOwner(this.#logIns.asker(identity, source), password);
    await this.#factors.disable(id);
  }
}
