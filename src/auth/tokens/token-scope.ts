import { SetMetadata } from '@nestjs/common';
import type { TokenScope } from '../../protocol/account-tokens.js';

/** Where {@link AllowToken} keeps what it was given. */
export const TOKEN_SCOPE = 'onair:token-scope';

/**
 * On a controller or method: allows API tokens with this scope, or any token without a scope.
 * Everything else is for people, and refuses tokens.
 */
export const AllowToken = (scope: TokenScope | null = null): MethodDecorator & ClassDecorator =>
  SetMetadata(TOKEN_SCOPE, scope);
