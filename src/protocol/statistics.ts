import { z } from 'zod';

/** So many points at most, whatever the broadcast's length. */
export const STATISTICS_POINTS_MAX = 1_440;

/**
 * How a broadcast did, from its start on in steps of `stepS`. Steps that nothing is known of are null:
 * before it was live, and what the service did not live to write.
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
