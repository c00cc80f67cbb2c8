import {
  Body,
  Controller,
  Delete,
  Get,
  HttpCode,
  Inject,
  Options,
  Param,
  Patch,
  Post,
  Req,
  Res,
} from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { OpenToAll } from '../access/channel-access.guard.js';
import { RequestVisitors } from '../access/request-visitors.js';
import { CLOCK, type Clock } from '../common/clock.js';
import { ForOutsideClients } from '../auth/outside-client.js';
import { AllowToken } from '../auth/tokens/token-scope.js';
import { CONFIG, type Config } from '../config/config.js';
import { iceServerLinks } from '../http-rtc/ice-server-links.js';
import { OPTIONS_HEADERS } from '../http-rtc/other-sites.js';
import { isOfType, SDP_TYPE, textOf } from '../http-rtc/sdp-bodies.js';
import { SDP_FRAGMENT_TYPE } from '../http-rtc/sdp-fragment.js';
import { iceServers } from '../broadcast/ice-servers.js';
import { clientPath } from '../common/client-path.js';
import { WHEP_EVENTS } from './whep-events.js';
import { WhepRequests } from './whep-requests.js';
import { WhepService } from './whep.service.js';

/**
 * The WHEP endpoint (draft-ietf-wish-whep), with which players watch by sending an offer over HTTP.
 * The access policy decides who can watch, based on the API token, channel pass or cookies. A
 * session's address can't be guessed.
 */
@Controller('whep/:name')
@ForOutsideClients()
@AllowToken('channels:read')
export class WhepController {
  constructor(
    private readonly whep: WhepService,
    private readonly requests: WhepRequests,
    private readonly visitors: RequestVisitors,
    @Inject(CONFIG) private readonly config: Config,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /** Answers an offer, or responds to an empty body with the server's own offer. */
  @Post()
  @HttpCode(201)
  async open(
    @Param('name') name: string,
    @Req() request: FastifyRequest,
    @Body() body: unknown,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<string> {
    const { 'content-type': contentType, 'content-length': length } = request.headers;
    const isEmpty = contentType === undefined && (length === undefined || length === '0');
    const offer = isEmpty ? '' : textOf(body, contentType, SDP_TYPE);
    const visitor = await this.visitors.of(request);
    const path = clientPath(request.raw, request.ip);
    const { session, sdp } = await this.whep.open(name, offer, {
      visitor,
      address: request.ip,
      path,
    });
    const { account, guestId } = visitor.identity;
    const servers = iceServers(this.config.rtc, account?.id ?? guestId, this.clock.nowMs());
    const location = `/whep/${name}/${session.id}`;
    reply
      .type(SDP_TYPE)
      .header('location', location)
      .header('etag', session.ice.etag)
      .header('accept-patch', [SDP_FRAGMENT_TYPE, SDP_TYPE].join(', '))
      .header('cache-control', 'no-store')
      .header('link', [...iceServerLinks(servers), ...extensionLinks(location)]);
    return sdp;
  }

  /** Accepts an ICE fragment, or the answer to the server's offer. */
  @Patch(':session')
  @OpenToAll()
  async patch(
    @Param() { name, session: id }: { name: string; session: string },
    @Req() request: FastifyRequest,
    @Body() body: unknown,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<string | undefined> {
    const address = { name, id };
    const visitor = await this.visitors.of(request);
    const { 'content-type': contentType, 'if-match': ifMatch } = request.headers;
    reply.status(204);
    if (isOfType(contentType, SDP_TYPE)) {
      await this.requests.answer(address, visitor, textOf(body, contentType, SDP_TYPE));
      return undefined;
    }
    const fragment = textOf(body, contentType, SDP_FRAGMENT_TYPE);
    const { restarted } = await this.requests.patch(address, visitor, { ifMatch, fragment });
    if (!restarted) return undefined;
    reply.status(200).type(SDP_FRAGMENT_TYPE).header('etag', restarted.etag);
    return restarted.body;
  }

  /** Ends a session. If-Match is ignored (WHEP, section 4.4). */
  @Delete(':session')
  @OpenToAll()
  @HttpCode(200)
  async close(@Param() { name, session: id }: { name: string; session: string }): Promise<void> {
    await this.requests.close({ name, id });
  }

  /** Allows players to detect a WHEP address (WHEP, section 4.2). Also handles HEAD. */
  @Get()
  discover(@Res({ passthrough: true }) reply: FastifyReply): void {
    reply.type(SDP_TYPE).header('accept-post', SDP_TYPE).header('cache-control', 'no-store');
  }

  /** Responds that a session has no representation (WHEP, section 4.1). */
  @Get(':session')
  @OpenToAll()
  @HttpCode(204)
  async get(@Param() { name, session: id }: { name: string; session: string }): Promise<void> {
    await this.requests.assertFound({ name, id });
  }

  /**
   * Answers preflight requests. They contain no credentials, so the response is the same for every
   * name.
   */
  @Options(['', ':session'])
  @OpenToAll()
  @HttpCode(200)
  options(@Res({ passthrough: true }) reply: FastifyReply): void {
    reply.headers({
      ...OPTIONS_HEADERS,
      allow: OPTIONS_HEADERS['access-control-allow-methods'],
    });
  }
}

/**
 * Returns the links to the extensions. Players ignore extensions that they don't know (WHEP,
 * section 4.12).
 */
function extensionLinks(location: string): string[] {
  const rel = (name: string) => `rel="urn:ietf:params:whep:ext:core:${name}"`;
  return [
    `<${location}/sse>; ${rel('server-sent-events')}; events="${WHEP_EVENTS.join(',')}"`,
    `<${location}/layer>; ${rel('layer')}`,
  ];
}
