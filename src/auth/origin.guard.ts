import { type CanActivate, type ExecutionContext, Inject, Injectable } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import type { FastifyRequest } from 'fastify';
import { DomainError } from '../common/domain-error.js';
import { OUTSIDE_CLIENT } from './outside-client.js';
import { CONFIG, type Config } from '../config/config.js';
import { mayChangeState } from './origin.js';

/**
 * Rejects requests from other sites' pages that would change something on behalf of the visitor
 * (CSRF).
 */
@Injectable()
export class OriginGuard implements CanActivate {
  readonly #config: Config['http'];

  constructor(
    @Inject(CONFIG) config: Config,
    private readonly reflector: Reflector,
  ) {
    this.#config = config.http;
  }

  canActivate(context: ExecutionContext): boolean {
    // For sockets, the adapter checks the origin once, at the handshake.
    if (context.getType() !== 'http') return true;
    const { method, headers } = context.switchToHttp().getRequest<FastifyRequest>();
    const fetchSite = headers['sec-fetch-site'];
    const request = {
      method,
      origin: headers.origin,
      host: headers.host,
      fetchSite: typeof fetchSite === 'string' ? fetchSite : undefined,
    };
    if (mayChangeState(request, this.#config)) return true;
    if (this.reflector.get<boolean | undefined>(OUTSIDE_CLIENT, context.getClass()) !== true)
      throw new DomainError('origin_refused', 'Requests from another site are not accepted.');
    // Without cookies, the request has only the credentials that its sender put into it.
    delete headers.cookie;
    return true;
  }
}
