import { type ArgumentsHost, Catch, type ExceptionFilter, Inject } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { knownIdentity } from '../auth/request-identity.js';
import { sendError, toErrorBody } from '../common/http-error.filter.js';
import { LOG, type Log } from '../common/logger.js';
import { type ErrorBody, errorStatus } from '../protocol/error.js';
import { plainPage } from '../common/http/page-html.js';
import { PagesService } from './pages.service.js';
import { sendPage } from '../common/http/send-page.js';

/** Matches the paths that programs use. Errors there are sent as JSON. */
const PROGRAMS = /^\/(?:api|hls|whip|whep|socket\.io)(?:[/?]|$)/;
const RETRY_AFTER_S = 5;

/** Renders errors as pages for people. */
@Catch()
export class PageErrorFilter implements ExceptionFilter {
  constructor(
    private readonly pages: PagesService,
    @Inject(LOG) private readonly log: Log,
  ) {}

  async catch(error: unknown, host: ArgumentsHost): Promise<void> {
    const http = host.switchToHttp();
    const request = http.getRequest<FastifyRequest>();
    const reply = http.getResponse<FastifyReply>();
    const body = toErrorBody(error, this.log, request);
    if (reply.sent) return;
    if (PROGRAMS.test(request.url)) sendError(reply, body);
    else if (errorStatus[body.code] === 404) await this.#sendNotFound(request, reply);
    else sendPlain(request, reply, body);
  }

  async #sendNotFound(request: FastifyRequest, reply: FastifyReply): Promise<void> {
    try {
      const page = await this.pages.notFound(knownIdentity(request));
      sendPage(reply, page, { status: 404, embeddable: isEmbedded(request) });
    } catch (error) {
      sendPlain(request, reply, toErrorBody(error, this.log, request));
    }
  }
}

/**
 * Whether the page can be shown in a frame on another site. If so, its error pages must be allowed
 * there too.
 */
function isEmbedded({ url }: FastifyRequest): boolean {
  return url.startsWith('/embed/');
}

function sendPlain(
  request: FastifyRequest,
  reply: FastifyReply,
  { code, message }: ErrorBody,
): void {
  const status = errorStatus[code];
  const title = status === 503 ? 'Temporarily unavailable' : 'Something went wrong';
  if (status === 503) reply.header('retry-after', RETRY_AFTER_S);
  sendPage(reply, plainPage(title, message), { status, embeddable: isEmbedded(request) });
}
