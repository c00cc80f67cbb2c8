import {
  applyDecorators,
  type CanActivate,
  createParamDecorator,
  type ExecutionContext,
  Injectable,
  UseGuards,
} from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { DomainError } from '../common/domain-error.js';
import type { Identity } from '../common/identity.js';
import { requestOrigin } from './event-origin.js';
import { knownIdentity, rememberIdentity } from './request-identity.js';
import { SessionService } from './sessions/session.service.js';

/** Identifies the sender of a request, and sets the cookies that preserve the identity. */
@Injectable()
export class IdentityGuard implements CanActivate {
  constructor(private readonly sessions: SessionService) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    const http = context.switchToHttp();
    const request = http.getRequest<FastifyRequest>();
    // The sender has already been identified by an API token.
    if (knownIdentity(request)?.scopes !== undefined) return true;
    const { setCookies = [], ...identity } = await this.sessions.identify({
      cookieHeader: request.headers.cookie,
      mayRotate: true,
      origin: requestOrigin(request),
    });
    // Fastify appends to cookies that are already set.
    if (setCookies.length > 0)
      http.getResponse<FastifyReply>().header('set-cookie', [...setCookies]);
    rememberIdentity(request, identity);
    return true;
  }
}

/** Rejects visitors who aren't logged in. */
@Injectable()
class AccountGuard implements CanActivate {
  canActivate(context: ExecutionContext): boolean {
    accountOf(context);
    return true;
  }
}

/**
 * On a controller or method: allows anyone to call it, and identifies the caller for {@link
 * CurrentIdentity}.
 */
export const Identified = () => UseGuards(IdentityGuard);

/** On a controller or method: requires an account, and otherwise responds with `not_logged_in`. */
export const LoggedIn = () => applyDecorators(UseGuards(IdentityGuard, AccountGuard));

/** On a parameter: the identity of the caller. Requires {@link Identified} or {@link LoggedIn}. */
export const CurrentIdentity = createParamDecorator(
  (_data: unknown, context: ExecutionContext): Identity => identityOf(context),
);

/** On a parameter: the account of the caller. Requires {@link LoggedIn}. */
export const CurrentAccount = createParamDecorator(
  (_data: unknown, context: ExecutionContext): CurrentAccount => accountOf(context),
);
export type CurrentAccount = NonNullable<Identity['account']>;

function identityOf(context: ExecutionContext): Identity {
  const identity = knownIdentity(context.switchToHttp().getRequest<FastifyRequest>());
  if (identity === null) throw new Error('the route has neither @Identified nor @LoggedIn');
  return identity;
}

function accountOf(context: ExecutionContext): CurrentAccount {
  const { account } = identityOf(context);
  if (account === null) throw new DomainError('not_logged_in', 'Log in first.');
  return account;
}
