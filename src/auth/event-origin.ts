import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import type { EventOrigin } from '../security-log/security-event.js';
import { coarseAddress } from './coarse-address.js';
import { knownIdentity } from './request-identity.js';
import { deviceName } from './sessions/device-name.js';

/** Returns a client's origin in the form in which the security log stores it. */
export function eventOrigin({
  address,
  userAgent,
}: {
  address: string;
  userAgent: string;
}): EventOrigin {
  return { network: coarseAddress(address), device: deviceName(userAgent) };
}

/** Returns a request's origin in the form in which the security log stores it. */
export function requestOrigin(request: FastifyRequest): EventOrigin {
  const { ip: address, headers } = request;
  const origin = eventOrigin({ address, userAgent: headers['user-agent'] ?? '' });
  const isByToken = knownIdentity(request)?.scopes !== undefined;
  return isByToken ? { ...origin, device: 'API token' } : origin;
}

/** On a parameter: the origin of the request, for the security log. */
export const Origin = createParamDecorator(
  (_data: unknown, context: ExecutionContext): EventOrigin =>
    requestOrigin(context.switchToHttp().getRequest<FastifyRequest>()),
);
