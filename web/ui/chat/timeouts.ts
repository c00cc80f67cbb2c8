/** For how long moderators can time somebody out with a press: what the button says, seconds. */
export const TIMEOUTS = [
  ['Time out for 1 minute', 60],
  ['Time out for 10 minutes', 600],
  ['Time out for 1 day', 86_400],
  ['Time out for 14 days', 1_209_600],
] as const;
