import { Injectable } from '@nestjs/common';
import { Metrics } from '../health/metrics.js';
import { RecordingSpace } from './recording-space.service.js';

/** What recordings tell monitoring. */
@Injectable()
export class RecordingMetrics {
  constructor(space: RecordingSpace, metrics: Metrics) {
    metrics.gauge(
      'onair_recordings_bytes',
      'What recordings and clips take, with what is being recorded.',
      () => space.takenBytes,
    );
    metrics.gauge(
      'onair_recordings_full',
      'Whether there is no room for recordings, so that nothing is recorded: 1, else 0.',
      () => (space.hasRoom ? 0 : 1),
    );
  }
}
