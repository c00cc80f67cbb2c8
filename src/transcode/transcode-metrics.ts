import type { Metrics } from '../common/metrics.js';

type Usage = Readonly<{ used: number; max: number }>;

/** The functions that count the events of transcodings. */
export type TranscodeCounters = ReturnType<typeof registerTranscodeMetrics>;

/** Registers the metrics of transcoding, and returns the functions that increment its counters. */
export function registerTranscodeMetrics(metrics: Metrics, usage: () => Usage) {
  metrics.gauge(
    'onair_transcoded_broadcasts',
    'Broadcasts whose video is being transcoded.',
    () => usage().used,
  );
  metrics.gauge(
    'onair_transcoded_broadcasts_max',
    'Maximum number of broadcasts that can be transcoded at the same time; 0 without an encoder.',
    () => usage().max,
  );
  return {
    started: metrics.counter('onair_transcoders_started_total', 'Transcoders started.'),
    failed: metrics.counter(
      'onair_transcoders_failed_total',
      'Transcoders that stopped before the end of their input.',
    ),
    dropped: metrics.counter(
      'onair_transcoded_renditions_dropped_total',
      'Renditions dropped because the transcoder could not keep up.',
    ),
    refused: metrics.counter(
      'onair_transcodings_refused_total',
      'Broadcasts not transcoded because all transcoders were in use.',
    ),
  };
}
