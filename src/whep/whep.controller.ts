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
import { WhepService } from './whep.service.js';

/**
 * WHEP (draft-ietf-wish-whep): players watch by sending an offer over HTTP. The policy decides who
 * may watch, by API token, channel pass or cookies; a session's address cannot be guessed.
 */
@Controller('whep/:name')
@ForOutsideClients()
@AllowToken('channels:read')
export class WhepController {
  constructor(
    private readonly whep: WhepService,
    private readonly visitors: RequestVisitors,
    @Inject(CONFIG) private readonly config: Config,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /** Answers an offer; an empty body is answered with the server's own offer. */
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

  /** A fragment about ICE, or the answer to our offer. */
  @Patch(':session')
  @OpenToAll()
  async patch(
    @Param() { name, session: id }: { name: string; session: string },
    @Req() request: FastifyRequest,
    @Body() body: unknown,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<string | undefined> {
    const session = this.whep.find(name, id);
    const visitor = await this.visitors.of(request);
    const { 'content-type': contentType, 'if-match': ifMatch } = request.headers;
    reply.status(204);
    if (isOfType(contentType, SDP_TYPE)) {
      await this.whep.answer(session, visitor, textOf(body, contentType, SDP_TYPE));
      return undefined;
    }
    const fragment = textOf(body, contentType, SDP_FRAGMENT_TYPE);
    const { restarted } = await this.whep.patch(session, visitor, { ifMatch, fragment });
    if (!restarted) return undefined;
    reply.status(200).type(SDP_FRAGMENT_TYPE).header('etag', restarted.etag);
    return restarted.body;
  }

  /** WHEP 4.4: whatever If-Match says. */
  @Delete(':session')
  @OpenToAll()
  @HttpCode(200)
  close(@Param() { name, session }: { name: string; session: string }): void {
    this.whep.find(name, session).close();
  }

  /** Lets players detect a WHEP address (WHEP 4.2); also handles HEAD. */
  @Get()
  discover(@Res({ passthrough: true }) reply: FastifyReply): void {
    reply.type(SDP_TYPE).header('accept-post', SDP_TYPE).header('cache-control', 'no-store');
  }

  /** WHEP 4.1: a session has no representation. */
  @Get(':session')
  @OpenToAll()
  @HttpCode(204)
  look(@Param() { name, session }: { name: string; session: string }): void {
    this.whep.find(name, session);
  }

  /** Preflights carry no credentials; the response is the same for every name. */
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

/** Players ignore extensions that they do not know (WHEP 4.12). */
function extensionLinks(location: string): string[] {
  const rel = (name: string) => `rel="urn:ietf:params:whep:ext:core:${name}"`;
  return [
    `<${location}/sse>; ${rel('server-sent-events')}; events="${WHEP_EVENTS.join(',')}"`,
    `<${location}/layer>; ${rel('layer')}`,
  ];
}
