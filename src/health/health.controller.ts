import { Controller, Get, Header, Res } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { Metrics } from '../common/metrics.js';
import { Readiness } from './readiness.js';

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
  async ready(@Res({ passthrough: true }) reply: FastifyReply) {
    const problems = await this.readiness.problems();
    reply.status(problems.length === 0 ? 200 : 503);
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
