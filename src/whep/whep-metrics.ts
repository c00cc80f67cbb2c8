import { Injectable } from '@nestjs/common';
import { Metrics } from '../common/metrics.js';
import { WhepService } from './whep.service.js';

/** Registers the metrics of WHEP sessions. */
@Injectable()
export class WhepMetrics {
  constructor(whep: WhepService, metrics: Metrics) {
    metrics.gauge(
      'onair_whep_viewers',
      'Viewers connected over WHEP. Also counted among all viewers.',
      () => whep.size,
    );
  }
}
