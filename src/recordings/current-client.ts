import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { addressBlock } from '../auth/coarse-address.js';

/** The key by which a request is rate limited: an IPv4 address or an IPv6 network. */
export const CurrentClient = createParamDecorator((_data: unknown, context: ExecutionContext) =>
  addressBlock(context.switchToHttp().getRequest<FastifyRequest>().ip),
);
