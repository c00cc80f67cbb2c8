import { SetMetadata } from '@nestjs/common';
import type { TokenScope } from '../../protocol/account-tokens.js';

/** The metadata key of {@link AllowToken}. */
export const TOKEN_SCOPE = 'onair:token-scope';

/**
 * On a controller or method: allows API tokens with this scope, or any token if no scope is given.
 * Routes without it reject tokens.
 */
export const AllowToken = (scope: TokenScope | null = null): MethodDecorator & ClassDecorator =>
  SetMetadata(TOKEN_SCOPE, scope);
