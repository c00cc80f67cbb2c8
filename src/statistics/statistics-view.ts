import { type BroadcastStatistics, STATISTICS_POINTS_MAX } from '../protocol/statistics.js';
import type { Sample } from './sample.js';
import { spanAt, STEP_MS } from './sample-steps.js';

type Point = { viewers: number | null; messages: number | null };
type Shown = Pick<BroadcastStatistics, 'stepS' | 'viewers' | 'messages' | 'watchTimeS'>;

/**
 * Resamples to steps that are long enough to limit their number to {@link STATISTICS_POINTS_MAX}.
 * Samples can be in any order. If a broadcast moved between nodes, more than one may have a sample
 * for the same step.
 */
export function inSteps(samples: readonly Sample[]): Shown {
  const ends = samples.map(({ step }) => step + spanAt(step));
  const steps = ends.reduce((last, end) => Math.max(last, end), 0);
  // The step sizes are powers of two, like the samples' own lengths, so that no sample spans two
  // points.
  let size = 1;
  while (Math.ceil(steps / size) > STATISTICS_POINTS_MAX) size *= 2;
  const points = Array.from({ length: Math.ceil(steps / size) }, (): Point => ({
    viewers: null,
    messages: null,
  }));
  for (const { step, viewers, messages } of samples) {
    const point = points[Math.floor(step / size)];
    if (!point) continue;
    point.viewers = Math.max(point.viewers ?? 0, viewers);
    point.messages = (point.messages ?? 0) + messages;
  }
  return {
    stepS: (size * STEP_MS) / 1_000,
    viewers: points.map(({ viewers }) => viewers),
    messages: points.map(({ messages }) => messages),
    watchTimeS: samples.reduce((sum, { watchS }) => sum + watchS, 0),
  };
}
