import { Injectable } from '@nestjs/common';
import { Metrics } from '../common/metrics.js';
import { WhepService } from './whep.service.js';

/** Metrics of WHEP sessions. */
@Injectable()
export class WhepMetrics {
  constructor(whep: WhepService, metrics: Metrics) {
    metrics.gauge('onair_whep_viewers', 'Viewers by WHEP, among all.', () => whep.size);
  }
}
