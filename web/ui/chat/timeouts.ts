/**
 * The timeout durations that moderators can choose, each with its label and the number of seconds.
 */
export const TIMEOUTS = [
  ['1 minute', 60],
  ['10 minutes', 600],
  ['1 day', 86_400],
  ['14 days', 1_209_600],
] as const;
