import { Injectable } from '@nestjs/common';
import { Metrics } from '../common/metrics.js';
import { RecordingFiles } from './recording-files.js';
import { RecordingSpace } from './recording-space.js';

/** Registers the recording metrics. */
@Injectable()
export class RecordingMetrics {
  constructor(space: RecordingSpace, files: RecordingFiles, metrics: Metrics) {
    metrics.gauge(
      'onair_recordings_bytes',
      'Size of recordings and clips, including recordings in progress, in bytes.',
      () => space.takenBytes,
    );
    metrics.gauge(
      'onair_recordings_full',
      '1 if recordings have no space left and nothing is recorded, otherwise 0.',
      () => (space.hasRoom ? 0 : 1),
    );
    metrics.gauge(
      'onair_recordings_spool_bytes',
      'Files in the data folder waiting to be uploaded to the bucket, in bytes.',
      () => files.spool?.bytes ?? 0,
    );
    metrics.gauge(
      'onair_recordings_store_up',
      '1 if the latest upload of a recording succeeded or there was none, otherwise 0.',
      () => (files.spool?.isUp === false ? 0 : 1),
    );
  }
}
