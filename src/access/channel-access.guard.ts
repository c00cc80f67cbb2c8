import { type CanActivate, type ExecutionContext, Injectable, SetMetadata } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import type { FastifyRequest } from 'fastify';
import { CHANNEL_NAME_PATTERN } from '../protocol/limits.js';
import { isProtected } from './access-policy.js';
import { AccessService } from './access.service.js';
import { rememberAccess } from './granted-access.js';
import { assertAllowed } from './refusals.js';
import { RequestVisitors } from './request-visitors.js';

/**
 * Matches the routes that concern a channel, and captures the name of the parameter for the
 * channel's name. /whip isn't included, because it checks the channel's stream key instead.
 */
const ABOUT_CHANNEL = /^\/(?:(?:api\/channels|embed|hls|whep)\/)?:(\w+)(?:\/|$)/;
const OPEN_TO_LOCKED = 'onair:open-to-locked';
const OPEN_TO_ALL = 'onair:open-to-all';

/** On a method: also admits visitors who have yet to enter the channel's password. */
export const OpenToLocked = () => SetMetadata(OPEN_TO_LOCKED, true);

/**
 * On a method: skips the check, either because the response reveals nothing about the channel, or
 * because the route's address can't be guessed and is given only to people who can watch.
 */
export const OpenToAll = () => SetMetadata(OPEN_TO_ALL, true);

/**
 * Checks the access policy on every route that names a channel, and stores the decision for the
 * handler (`@GrantedAccess()`). For callers without access to a private channel, the response is
 * the same as if it did not exist.
 */
@Injectable()
export class ChannelAccessGuard implements CanActivate {
  constructor(
    private readonly access: AccessService,
    private readonly visitors: RequestVisitors,
    private readonly reflector: Reflector,
  ) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    // Socket requests are checked when they are dispatched.
    if (context.getType() !== 'http') return true;
    const request = context.switchToHttp().getRequest<FastifyRequest>();
    const name = channelOf(request);
    // The route itself rejects invalid names.
    if (name === null || !CHANNEL_NAME_PATTERN.test(name)) return true;
    if (this.reflector.get<boolean | undefined>(OPEN_TO_ALL, context.getHandler())) return true;
    const channel = await this.access.find(name);
    if (channel !== null && !isProtected(channel)) {
      rememberAccess(request, { access: channel, isLocked: false });
      return true;
    }
    const decision = this.access.decide(channel, await this.visitors.of(request));
    const isLocked = decision === 'password_needed';
    const isOpen = this.reflector.get<boolean | undefined>(OPEN_TO_LOCKED, context.getHandler());
    if (!(isLocked && isOpen === true)) assertAllowed(decision, name);
    if (channel !== null) rememberAccess(request, { access: channel, isLocked });
    return true;
  }
}

function channelOf({ routeOptions, params }: FastifyRequest): string | null {
  const [, parameter = ''] = ABOUT_CHANNEL.exec(routeOptions.url ?? '') ?? [];
  if (parameter === '' || typeof params !== 'object' || params === null) return null;
  const value: unknown = Reflect.get(params, parameter);
  return typeof value === 'string' ? value : null;
}
