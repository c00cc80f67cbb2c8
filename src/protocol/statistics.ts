import { z } from 'zod';

/** The maximum number of points, regardless of the broadcast's length. */
export const STATISTICS_POINTS_MAX = 1_440;

/**
 * Statistics of a broadcast from its start, in steps of `stepS`. Steps without data are null, such
 * as those before the broadcast was live and those lost when the server crashed.
 */
export const BroadcastStatistics = z
  .object({
    startedAt: z.iso.datetime(),
    stepS: z.number().int().positive().describe('the length of each step, in seconds'),
    viewers: z
      .array(z.number().int().nonnegative().nullable())
      .max(STATISTICS_POINTS_MAX)
      .describe('the maximum number of concurrent viewers in each step'),
    messages: z
      .array(z.number().int().nonnegative().nullable())
      .max(STATISTICS_POINTS_MAX)
      .describe('the number of chat messages in each step'),
    peakViewers: z.number().int().nonnegative(),
    watchTimeS: z
      .number()
      .int()
      .nonnegative()
      .describe('the total watch time of all viewers, in seconds'),
  })
  .meta({ id: 'BroadcastStatistics' });
export type BroadcastStatistics = z.output<typeof BroadcastStatistics>;
