import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';

/** The properties of a request's source that are stored or checked at a login. */
export type RequestSource = Readonly<{
  address: string;
  userAgent: string;
  cookieHeader: string | undefined;
}>;

/** On a parameter: the {@link RequestSource}. */
export const Source = createParamDecorator(
  (_data: unknown, context: ExecutionContext): RequestSource => {
    const { ip, headers } = context.switchToHttp().getRequest<FastifyRequest>();
    return {
      address: ip,
      userAgent: headers['user-agent'] ?? '',
      cookieHeader: headers.cookie,
    };
  },
);
