import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import type { ChannelAccess } from './access-policy.js';

/** The policy decision that admitted a request to the channel it names. */
export type GrantedAccess = Readonly<{
  access: ChannelAccess;
  /**
   * Whether the caller has yet to enter the password; possible only on methods with
   * `@OpenToLocked()`.
   */
  isLocked: boolean;
}>;

const granted = new WeakMap<object, GrantedAccess>();

/** Stores the decision for the handler. @param request the HTTP request, or the socket's payload */
export function rememberAccess(request: object, decision: GrantedAccess): void {
  granted.set(request, decision);
}

/**
 * On a parameter: the decision about the channel that the request names. It is null if no channel
 * can have the name. In that case, a socket's handler isn't called, because the schema rejects the
 * payload.
 */
export const GrantedAccess = createParamDecorator(
  (_data: unknown, context: ExecutionContext): GrantedAccess | null =>
    granted.get(
      context.getType() === 'http'
        ? context.switchToHttp().getRequest<object>()
        : context.switchToWs().getData<object>(),
    ) ?? null,
);
