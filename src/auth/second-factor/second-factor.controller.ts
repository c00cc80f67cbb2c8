import { Body, Controller, HttpCode, Post } from '@nestjs/common';
import type { Identity } from '../../common/identity.js';
import { Operation } from '../../common/operation.js';
import { OwnerProof } from '../../protocol/account.js';
import {
  RecoveryCodes,
  SecondFactorConfirmation,
  SecondFactorSetup,
} from '../../protocol/account-second-factor.js';
import { Origin } from '../event-origin.js';
import { CurrentAccount, CurrentIdentity, LoggedIn } from '../identity.guard.js';
import { LogInService } from '../log-in.service.js';
import { OwnerCheck, PROOF_ERRORS } from '../owner-check.js';
import { type RequestSource, Source } from '../request-source.js';
import type { EventOrigin } from '../../security-log/security-event.js';
import { SecondFactorService } from './second-factor.service.js';

/**
 * The HTTP API for the caller's two-factor authentication. Every route except the confirmation
 * requires proof of ownership.
 */
@Controller('api/account/second-factor')
@LoggedIn()
export class SecondFactorController {
  constructor(
    private readonly factors: SecondFactorService,
    private readonly owners: OwnerCheck,
    private readonly logIns: LogInService,
  ) {}

  @Post('begin')
  @HttpCode(200)
  @Operation({
    summary: 'Get a key for an authenticator app',
    reply: SecondFactorSetup,
    errors: [...PROOF_ERRORS, 'conflict'],
  })
  async begin(
    @Body({ schema: OwnerProof }) proof: OwnerProof,
    @CurrentIdentity() identity: Identity,
    @Source() source: RequestSource,
  ): Promise<SecondFactorSetup> {
    const asker = this.logIns.asker(identity, source);
    return this.factors.begin(await this.owners.assertOwner(asker, proof));
  }

  @Post('confirm')
  @HttpCode(200)
  @Operation({
    summary: 'Turn two-factor authentication on with a code from the new key',
    reply: RecoveryCodes,
    errors: ['not_logged_in', 'wrong_code', 'conflict'],
  })
  async confirm(
    @Body({ schema: SecondFactorConfirmation }) { code }: SecondFactorConfirmation,
    @CurrentAccount() { id }: CurrentAccount,
    @Origin() from: EventOrigin,
  ): Promise<RecoveryCodes> {
    return { codes: await this.factors.confirm(id, code, from) };
  }

  @Post('recovery-codes')
  @HttpCode(200)
  @Operation({
    summary: 'Get new recovery codes; the old ones become invalid',
    reply: RecoveryCodes,
    errors: [...PROOF_ERRORS, 'conflict'],
  })
  async renew(
    @Body({ schema: OwnerProof }) proof: OwnerProof,
    @CurrentIdentity() identity: Identity,
    @Source() source: RequestSource,
    @Origin() from: EventOrigin,
  ): Promise<RecoveryCodes> {
    const { id } = await this.owners.assertOwner(this.logIns.asker(identity, source), proof);
    return { codes: await this.factors.renewCodes(id, from) };
  }

  @Post('disable')
  @HttpCode(204)
  @Operation({
    summary: 'Turn two-factor authentication off',
    reply: null,
    errors: [...PROOF_ERRORS],
  })
  async disable(
    @Body({ schema: OwnerProof }) proof: OwnerProof,
    @CurrentIdentity() identity: Identity,
    @Source() source: RequestSource,
    @Origin() from: EventOrigin,
  ): Promise<void> {
    const { id } = await this.owners.assertOwner(this.logIns.asker(identity, source), proof);
    await this.factors.disable(id, from);
  }
}
