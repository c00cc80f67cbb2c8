import { Controller, Get, Header, Query, Res } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { Metrics } from '../common/metrics.js';
import { DRAINING, Readiness } from './readiness.js';

/** Serves health checks for load balancers and container platforms, and metrics for monitoring. */
@Controller()
export class HealthController {
  readonly #metrics: Metrics;

  constructor(
    metrics: Metrics,
    private readonly readiness: Readiness,
  ) {
    this.#metrics = metrics;
  }

  @Get('healthz')
  @Header('cache-control', 'no-store')
  alive(): { status: 'ok' } {
    return { status: 'ok' };
  }

  @Get('readyz')
  @Header('cache-control', 'no-store')
  async ready(
    @Res({ passthrough: true }) reply: FastifyReply,
    @Query('draining') draining: unknown,
  ) {
    const problems = await this.readiness.problems();
    // If a server answers 404, HAProxy sends it no new clients, but doesn't cut existing
    // connections.
    const isDraining = problems.every((problem) => problem === DRAINING);
    const status = isDraining && draining === '404' ? 404 : 503;
    reply.status(problems.length === 0 ? 200 : status);
    return problems.length === 0 ? { status: 'ready' } : { status: 'not_ready', problems };
  }

  @Get('metrics')
  @Header('cache-control', 'no-store')
  async metrics(@Res({ passthrough: true }) reply: FastifyReply): Promise<string> {
    const { contentType, body } = await this.#metrics.text();
    reply.type(contentType);
    return body;
  }
}
