import { Global, Module } from '@nestjs/common';
import { DbModule } from '../db/db.module.js';
import { HealthController } from './health.controller.js';
import { Metrics } from '../common/metrics.js';
import { NodeMetrics } from './node-metrics.js';
import { Readiness } from './readiness.js';

/**
 * Provides health checks and metrics. Global because every module can register its own metrics with
 * {@link Metrics}.
 */
@Global()
@Module({
  imports: [DbModule],
  controllers: [HealthController],
  providers: [Metrics, NodeMetrics, Readiness],
  exports: [Metrics, Readiness],
})
export class HealthModule {}
