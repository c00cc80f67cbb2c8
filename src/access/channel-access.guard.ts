import { type CanActivate, type ExecutionContext, Injectable, SetMetadata } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import type { FastifyRequest } from 'fastify';
import { CHANNEL_NAME_PATTERN } from '../protocol/limits.js';
import { isProtected } from './access-policy.js';
import { AccessService } from './access.service.js';
import { assertAllowed } from './refusals.js';
import { RequestVisitors } from './request-visitors.js';

/**
 * Routes about a channel, whose name is the parameter after one of these. /whip checks the
 * channel's stream key instead.
 */
const ABOUT_CHANNEL = /^\/(?:(?:api\/channels|embed|hls|whep)\/)?:(\w+)(?:\/|$)/;
const OPEN_TO_LOCKED = 'onair:open-to-locked';
const OPEN_TO_ALL = 'onair:open-to-all';

/**
 * On a method: also lets in visitors who still have to enter the channel's password; the method
 * tells them.
 */
export const OpenToLocked = () => SetMetadata(OPEN_TO_LOCKED, true);

/**
 * On a method: skips the check, because the method reveals nothing about the channel in its
 * address, or its address is unguessable and was given to those who can watch.
 */
export const OpenToAll = () => SetMetadata(OPEN_TO_ALL, true);

/**
 * Checks the access policy on every route that names a channel. Refusals look as if the channel did
 * not exist.
 */
@Injectable()
export class ChannelAccessGuard implements CanActivate {
  constructor(
    private readonly access: AccessService,
    private readonly visitors: RequestVisitors,
    private readonly reflector: Reflector,
  ) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    // Requests over sockets are checked where they are dispatched.
    if (context.getType() !== 'http') return true;
    const request = context.switchToHttp().getRequest<FastifyRequest>();
    const name = channelOf(request);
    // The route answers to invalid names.
    if (name === null || !CHANNEL_NAME_PATTERN.test(name)) return true;
    if (this.reflector.get<boolean | undefined>(OPEN_TO_ALL, context.getHandler())) return true;
    const channel = await this.access.find(name);
    if (channel !== null && !isProtected(channel)) return true;
    const decision = this.access.decide(channel, await this.visitors.of(request));
    const isLocked = decision === 'password_needed';
    const isOpen = this.reflector.get<boolean | undefined>(OPEN_TO_LOCKED, context.getHandler());
    if (!(isLocked && isOpen === true)) assertAllowed(decision, name);
    return true;
  }
}

function channelOf({ routeOptions, params }: FastifyRequest): string | null {
  const [, parameter = ''] = ABOUT_CHANNEL.exec(routeOptions.url ?? '') ?? [];
  if (parameter === '' || typeof params !== 'object' || params === null) return null;
  const value: unknown = Reflect.get(params, parameter);
  return typeof value === 'string' ? value : null;
}
