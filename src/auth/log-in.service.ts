import { Injectable } from '@nestjs/common';
import { DomainError } from '../common/domain-error.js';
import type { Identity } from '../common/identity.js';
import type { AccountView, LoginRequest } from '../protocol/account.js';
import type { Account } from './account.repository.js';
import { AccountService } from './account.service.js';
import { KnownDevices } from './known-devices.js';
import type { LoginOrigin } from './login-throttle.js';
import type { Asker } from './owner-check.js';
import type { RequestSource } from './request-source.js';
import { SessionService } from './sessions/session.service.js';

/** A new login, and the cookies to set. */
export type LoggedInNow = Readonly<{ account: AccountView; setCookies: readonly string[] }>;

/** Logs browsers in to accounts. */
@Injectable()
export class LogInService {
  constructor(
    private readonly accounts: AccountService,
    private readonly sessions: SessionService,
    private readonly devices: KnownDevices,
  ) {}

  /**
   * Logs in by password.
   * @throws {DomainError} see {@link AccountService.authenticate}
   */
  async byPassword(
    request: LoginRequest,
    identity: Identity,
    source: RequestSource,
  ): Promise<LoggedInNow> {
    const from = this.origin(request.username, identity, source);
    return this.begin(await this.accounts.authenticate(request, from), identity, source);
  }

  /**
   * Starts a login that replaces the browser's previous one.
   *
   * @param isNew whether the account was just created
   */
  async begin(
    account: Account,
    identity: Identity,
    source: RequestSource,
    { isNew = false } = {},
  ): Promise<LoggedInNow> {
    const { sessionId, guestId } = identity;
    if (sessionId !== null) await this.sessions.end(sessionId);
    const isKnown = this.devices.find(source.cookieHeader, account.username, guestId) !== null;
    const kind = isKnown ? 'logged_in' : 'new_device';
    const { setCookie } = await this.sessions.begin(
      account.id,
      source,
      isNew ? 'registered' : kind,
    );
    const known = this.devices.remember(source.cookieHeader, account.username, guestId);
    return { account: this.accounts.view(account), setCookies: [setCookie, known] };
  }

  /** Returns the caller of an operation for which the password must be entered again. */
  asker(identity: Identity, source: RequestSource): Asker {
    const { account, sessionId } = identity;
    if (account === null) throw new DomainError('not_logged_in', 'Log in first.');
    return {
      ...this.origin(account.username, identity, source),
      username: account.username,
      accountId: account.id,
      sessionId,
    };
  }

  /** Returns a request's origin, to which the limits on wrong passwords apply. */
  origin(username: string, { guestId }: Identity, source: RequestSource): LoginOrigin {
    return {
      address: source.address,
      userAgent: source.userAgent,
      device: this.devices.find(source.cookieHeader, username, guestId),
    };
  }
}
