import { type CanActivate, type ExecutionContext, Injectable, SetMetadata } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import type { FastifyRequest } from 'fastify';
import { CHANNEL_NAME_PATTERN } from '../protocol/limits.js';
import { isProtected } from './access-policy.js';
import { AccessService } from './access.service.js';
import { assertAllowed } from './refusals.js';
import { RequestVisitors } from './request-visitors.js';

/** Routes about a channel: the parameter after one of these is its name. /whip asks for the channel's own key. */
const ABOUT_CHANNEL = /^\/(?:(?:api\/channels|embed|hls|whep)\/)?:(\w+)(?:\/|$)/;
const OPEN_TO_LOCKED = 'onair:open-to-locked';
const OPEN_TO_ALL = 'onair:open-to-all';

/** On a method: who has to type the channel's password first comes through, and is told so by it. */
export const OpenToLocked = () => SetMetadata(OPEN_TO_LOCKED, true);

/**
 * On a method: it says nothing of the channel that its address names, or its address can't be guessed and
 * was given to who may watch; nobody is asked.
 */
export const OpenToAll = () => SetMetadata(OPEN_TO_ALL, true);

/**
 * Asks the policy on every route that names a channel, whoever adds it. What it refuses looks as if
 * there were no such channel.
 */
@Injectable()
export class ChannelAccessGuard implements CanActivate {
  constructor(
    private readonly access: AccessService,
    private readonly visitors: RequestVisitors,
    private readonly reflector: Reflector,
  ) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    // Sockets' requests are asked about where they are dispatched.
    if (context.getType() !== 'http') return true;
    const request = context.switchToHttp().getRequest<FastifyRequest>();
    const name = channelOf(request);
    // What can't be a name is for the route to answer.
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
