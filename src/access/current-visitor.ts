import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { Identified } from '../auth/identity.guard.js';
import { knownIdentity } from '../auth/request-identity.js';
import type { Visitor } from './visitor.js';
import { readPasses } from './channel-passes.js';

/** On a controller or method: identifies the visitor for {@link CurrentVisitor}. */
export const ForVisitors = (): MethodDecorator & ClassDecorator => Identified();

/**
 * On a parameter: the visitor who sent the request. Requires {@link ForVisitors}, `@Identified()`
 * or `@LoggedIn()`.
 */
export const CurrentVisitor = createParamDecorator(
  (_data: unknown, context: ExecutionContext): Visitor => {
    const request = context.switchToHttp().getRequest<FastifyRequest>();
    const identity = knownIdentity(request);
    if (identity === null) throw new Error('the route has neither @Identified nor @LoggedIn');
    return { identity, passes: readPasses(request.headers.cookie), address: request.ip };
  },
);
