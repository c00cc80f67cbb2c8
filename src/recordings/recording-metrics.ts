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
      '1 if nothing is being recorded because no space is left for recordings, otherwise 0.',
      () => (space.hasRoom ? 0 : 1),
    );
    metrics.gauge(
      'onair_recordings_spool_bytes',
      'Files in the data folder waiting to be uploaded to the bucket, in bytes.',
      () => files.spool?.bytes ?? 0,
    );
    metrics.gauge(
      'onair_recordings_store_up',
      '0 if the latest upload of a recording failed, otherwise 1.',
      () => (files.spool?.isUp === false ? 0 : 1),
    );
  }
}
