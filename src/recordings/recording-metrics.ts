import { Injectable } from '@nestjs/common';
import { Metrics } from '../common/metrics.js';
import { RecordingFiles } from './recording-files.js';
import { RecordingSpace } from './recording-space.js';

/** Metrics of recordings. */
@Injectable()
export class RecordingMetrics {
  constructor(space: RecordingSpace, files: RecordingFiles, metrics: Metrics) {
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
    metrics.gauge(
      'onair_recordings_spool_bytes',
      'What waits in the data folder to be uploaded to the bucket.',
      () => files.spool?.bytes ?? 0,
    );
    metrics.gauge(
      'onair_recordings_store_up',
      'Whether the latest upload of a recording went through, or nothing is uploaded: 1, else 0.',
      () => (files.spool?.isUp === false ? 0 : 1),
    );
  }
}
