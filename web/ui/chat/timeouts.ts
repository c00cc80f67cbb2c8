/** For how long moderators can time somebody out with a press: in words, and in seconds. */
export const TIMEOUTS = [
  ['1 minute', 60],
  ['10 minutes', 600],
  ['1 day', 86_400],
  ['14 days', 1_209_600],
] as const;
