import { type CanActivate, type ExecutionContext, Injectable } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import type { FastifyRequest } from 'fastify';
import { DomainError } from '../../common/domain-error.js';
import type { Identity } from '../../common/identity.js';
import { OUTSIDE_CLIENT } from '../outside-client.js';
import { TOKEN_SCOPE } from './token-scope.js';
import type { TokenScope } from '../../protocol/account-tokens.js';
import { rememberIdentity } from '../request-identity.js';
import { ApiTokenService, isApiToken, isBearer } from './api-token.service.js';

/**
 * Runs on every route, before the guards that need the caller's identity. A request with an API
 * token acts as the token's account, within the token's scopes. The cookies of such a request are
 * ignored.
 */
@Injectable()
export class ApiTokenGuard implements CanActivate {
  constructor(
    private readonly tokens: ApiTokenService,
    private readonly reflector: Reflector,
  ) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    // The token of a socket is checked once, at the handshake.
    if (context.getType() !== 'http') return true;
    const request = context.switchToHttp().getRequest<FastifyRequest>();
    const { authorization } = request.headers;
    if (!isBearer(authorization)) return true;
    if (!isApiToken(authorization) && this.#isForOutside(context)) return true;
    const identity = await this.tokens.identify(authorization);
    this.#assertInScope(identity, context);
    rememberIdentity(request, identity);
    return true;
  }

  #isForOutside(context: ExecutionContext): boolean {
    return this.reflector.get<boolean | undefined>(OUTSIDE_CLIENT, context.getClass()) === true;
  }

  #assertInScope({ scopes = [] }: Identity, context: ExecutionContext): void {
    const needed = this.reflector.getAllAndOverride<TokenScope | null | undefined>(TOKEN_SCOPE, [
      context.getHandler(),
      context.getClass(),
    ]);
    if (needed === undefined)
      throw new DomainError('forbidden', 'This address does not accept API tokens.');
    if (needed !== null && !scopes.includes(needed))
      throw new DomainError('forbidden', `This requires an API token with the scope ${needed}.`);
  }
}
