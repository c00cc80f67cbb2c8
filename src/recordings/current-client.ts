import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { addressBlock } from '../auth/coarse-address.js';

/** Who a request is from as limits count them: an address, or a network of IPv6. */
export const CurrentClient = createParamDecorator((_data: unknown, context: ExecutionContext) =>
  addressBlock(context.switchToHttp().getRequest<FastifyRequest>().ip),
);
