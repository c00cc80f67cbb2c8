import {
  Body,
  Controller,
  Delete,
  Get,
  Head,
  Headers,
  HttpCode,
  Inject,
  Options,
  Param,
  Patch,
  Post,
  Put,
  Req,
  Res,
} from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { CLOCK, type Clock } from '../common/clock.js';
import { DomainError } from '../common/domain-error.js';
import { ForOutsideClients } from '../auth/outside-client.js';
import { CONFIG, type Config } from '../config/config.js';
import { iceServerLinks } from '../http-rtc/ice-server-links.js';
import { OPTIONS_HEADERS } from '../http-rtc/other-sites.js';
import { SDP_TYPE, textOf } from '../http-rtc/sdp-bodies.js';
import { SDP_FRAGMENT_TYPE } from '../http-rtc/sdp-fragment.js';
import { iceServers } from '../broadcast/ice-servers.js';
import { clientPath } from '../common/client-path.js';
import { WhipService } from './whip.service.js';

/**
 * The WHIP endpoint (RFC 9725), with which OBS and other encoders publish. The endpoint requires
 * the channel's stream key. A session's address can't be guessed, so anyone who knows it can change
 * and end the session; if a stream key is sent too, it must still be valid.
 */
@Controller('whip/:name')
@ForOutsideClients()
export class WhipController {
  constructor(
    private readonly whip: WhipService,
    @Inject(CONFIG) private readonly config: Config,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  @Post()
  @HttpCode(201)
  async publish(
    @Param('name') name: string,
    @Req() { headers, raw, ip }: FastifyRequest,
    @Body() body: unknown,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<string> {
    const access = await this.#authorize(name, headers.authorization, reply);
    const sdp = textOf(body, headers['content-type'], SDP_TYPE);
    const path = clientPath(raw, ip);
    const { id, etag, answer, ownerId } = await this.whip.create(access, sdp, path);
    const servers = iceServers(this.config.rtc, ownerId, this.clock.nowMs());
    reply
      .type(SDP_TYPE)
      .header('location', `/whip/${name}/${id}`)
      .header('etag', etag)
      .header('accept-patch', SDP_FRAGMENT_TYPE)
      .header('cache-control', 'no-store');
    // Each server gets its own header line, because some encoders expect only one server per line.
    const links = iceServerLinks(servers);
    if (links.length > 0) reply.header('link', links);
    return answer;
  }

  @Patch(':session')
  async patch(
    @Param() { name, session }: { name: string; session: string },
    @Headers() headers: Record<string, string | undefined>,
    @Body() body: unknown,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<string | undefined> {
    if (headers.authorization !== undefined)
      await this.#authorize(name, headers.authorization, reply);
    const fragment = textOf(body, headers['content-type'], SDP_FRAGMENT_TYPE);
    const ifMatch = headers['if-match'];
    const { restarted } = await this.whip.patch(name, session, { ifMatch, fragment });
    if (restarted === null) {
      reply.status(204);
      return undefined;
    }
    reply.status(200).type(SDP_FRAGMENT_TYPE).header('etag', restarted.etag);
    return restarted.body;
  }

  /** Ends a session. If-Match is ignored (RFC 9725, section 4.3.1). */
  @Delete(':session')
  @HttpCode(200)
  async delete(
    @Param() { name, session }: { name: string; session: string },
    @Headers('authorization') authorization: string | undefined,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<void> {
    if (authorization !== undefined) await this.#authorize(name, authorization, reply);
    await this.whip.delete(name, session);
  }

  /** Sends the same response for every name, so as not to reveal which channels exist. */
  @Options(['', ':session'])
  @HttpCode(200)
  options(@Res({ passthrough: true }) reply: FastifyReply): void {
    reply.headers({ ...OPTIONS_HEADERS, allow: 'OPTIONS, POST, PATCH, DELETE, GET, HEAD' });
  }

  // Must precede GET, because Fastify otherwise adds its own HEAD route.
  @Head(['', ':session'])
  @HttpCode(204)
  head(@Res({ passthrough: true }) reply: FastifyReply): void {
    this.get(reply);
  }

  /** Handles GET, which RFC 9110, section 9.1, requires. The response is empty. */
  @Get(['', ':session'])
  @HttpCode(204)
  get(@Res({ passthrough: true }) reply: FastifyReply): void {
    reply.headers({ 'accept-post': SDP_TYPE, 'cache-control': 'no-store' });
  }

  @Put(['', ':session'])
  put(@Res({ passthrough: true }) reply: FastifyReply): never {
    reply.header('allow', 'OPTIONS, POST, PATCH, DELETE, GET, HEAD');
    throw new DomainError('method_not_allowed', 'PUT is not supported. Publish with POST.');
  }

  async #authorize(name: string, authorization: string | undefined, reply: FastifyReply) {
    // The header is required with every 401 (RFC 9110, section 15.5.2).
    reply.header('www-authenticate', 'Bearer realm="WHIP"');
    const access = await this.whip.authorize(name, authorization);
    reply.removeHeader('www-authenticate');
    return access;
  }
}
