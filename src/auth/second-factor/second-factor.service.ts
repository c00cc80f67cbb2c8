import { randomBytes } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import { CLOCK, type Clock } from '../../common/clock.js';
import { DomainError } from '../../common/domain-error.js';
import type { SecondFactorSetup } from '../../protocol/account-second-factor.js';
import { Secrets } from '../../secrets/secrets.js';
import type { EventOrigin } from '../../security-log/security-event.js';
import { type Account, AccountRepository, type AccountSecrets } from '../account.repository.js';
import { newRecoveryCodes, recoveryCodeHash } from './recovery-codes.js';
import { SecondFactorRepository } from './second-factor.repository.js';
import { base32, totpUri, verifyTotp } from './totp.js';

/** The length of SHA-1's output (RFC 4226, section 4, R6). */
const SECRET_BYTES = 20;
const ISSUER = 'Onair';

/** An account with the secrets against which codes are checked. */
export type WithSecrets = Account & AccountSecrets;

/**
 * Manages authenticator codes, which are required after the password, and recovery codes for users
 * who lose their authenticator app.
 */
@Injectable()
export class SecondFactorService {
  constructor(
    private readonly repository: SecondFactorRepository,
    private readonly accounts: AccountRepository,
    private readonly secrets: Secrets,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /**
   * Creates a key that awaits confirmation by a code.
   * @throws {DomainError} `conflict` if a key is already in use
   */
  async begin({ id, username }: Pick<Account, 'id' | 'username'>): Promise<SecondFactorSetup> {
    const secret = randomBytes(SECRET_BYTES);
    const sealed = this.secrets.seal('second-factor', secret.toString('base64url'), id);
    if (!(await this.repository.propose(id, new Uint8Array(Buffer.from(sealed)))))
      throw alreadyOn();
    return {
      uri: totpUri(secret, { issuer: ISSUER, account: username }),
      secret: base32(secret),
    };
  }

  /**
   * Enables the key; resolves with the recovery codes.
   * @throws {DomainError} `wrong_code`; `conflict` if no key awaits confirmation
   */
  async confirm(id: string, code: string, from: EventOrigin): Promise<string[]> {
    const account = await this.accounts.findWithSecrets({ id });
    if (account?.totpEnabledAt != null) throw alreadyOn();
    const secret = account && this.#secretOf(account);
    if (!secret) throw new DomainError('conflict', 'Request a new key first.');
    const nowMs = this.clock.nowMs();
    const step = verifyTotp(secret, code, { nowMs, lastStep: null });
    if (step === null) throw wrongCode();
    const codes = newRecoveryCodes();
    const codeHashes = codes.map(recoveryCodeHash);
    const at = new Date(nowMs);
    if (!(await this.repository.enable(id, { at, from, step, codeHashes }))) throw alreadyOn();
    return codes;
  }

  async disable(id: string, from: EventOrigin): Promise<void> {
    await this.repository.disable(id, { at: this.#now(), from });
  }

  /**
   * Replaces the recovery codes; resolves with the new codes.
   * @throws {DomainError} `conflict` if two-factor authentication is off
   */
  async renewCodes(id: string, from: EventOrigin): Promise<string[]> {
    const account = await this.accounts.findWithSecrets({ id });
    if (account?.totpEnabledAt == null)
      throw new DomainError('conflict', 'Two-factor authentication is off. Turn it on first.');
    const codes = newRecoveryCodes();
    const at = this.#now();
    await this.repository.replaceCodes(id, codes.map(recoveryCodeHash), { at, from });
    return codes;
  }

  async codesLeft(id: string): Promise<number> {
    return this.repository.codesLeft(id);
  }

  /** Returns whether an entered code is valid, and uses it up if it is. */
  async isRight(account: WithSecrets, typed: string, from: EventOrigin): Promise<boolean> {
    const nowMs = this.clock.nowMs();
    const secret = this.#secretOf(account);
    const { id, totpLastStep: lastStep } = account;
    const step = secret === null ? null : verifyTotp(secret, typed, { nowMs, lastStep });
    if (step !== null) return this.repository.useStep(id, step);
    return this.repository.useCode(id, recoveryCodeHash(typed), { at: new Date(nowMs), from });
  }

  #now(): Date {
    return new Date(this.clock.nowMs());
  }

  /**
   * Returns the key; null if the account has none, or if the key was encrypted with a master secret
   * that is no longer in use.
   */
  #secretOf({ id, totpSecret }: WithSecrets): Uint8Array | null {
    if (totpSecret === null) return null;
    const sealed = Buffer.from(totpSecret).toString('utf8');
    const secret = this.secrets.unseal('second-factor', sealed, id);
    return secret === null ? null : Buffer.from(secret, 'base64url');
  }
}

/** Returns the error for a wrong code. */
export function wrongCode(): DomainError {
  return new DomainError(
    'wrong_code',
    'This code is wrong or was already used. Enter the code that your authenticator app shows now.',
  );
}

function alreadyOn(): DomainError {
  return new DomainError('conflict', 'Two-factor authentication is already on. Turn it off first.');
}
