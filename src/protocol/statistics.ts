import { z } from 'zod';

/** The maximum number of points, regardless of the broadcast's length. */
export const STATISTICS_POINTS_MAX = 1_440;

/**
 * Statistics of a broadcast from its start, in steps of `stepS`. Steps without data are null:
 * before it was live, or lost in a crash of the service.
 */
export const BroadcastStatistics = z
  .object({
    startedAt: z.iso.datetime(),
    stepS: z.number().int().positive().describe('how long each step is, seconds'),
    viewers: z
      .array(z.number().int().nonnegative().nullable())
      .max(STATISTICS_POINTS_MAX)
      .describe('the most at a time within each step'),
    messages: z
      .array(z.number().int().nonnegative().nullable())
      .max(STATISTICS_POINTS_MAX)
      .describe('chat messages written within each step'),
    peakViewers: z.number().int().nonnegative(),
    watchTimeS: z
      .number()
      .int()
      .nonnegative()
      .describe('what all viewers watched together, seconds'),
  })
  .meta({ id: 'BroadcastStatistics' });
export type BroadcastStatistics = z.output<typeof BroadcastStatistics>;
