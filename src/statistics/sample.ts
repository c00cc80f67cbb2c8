/** Statistics of a broadcast for one or more steps: see {@link spanAt}. */
export type Sample = Readonly<{
  broadcastId: string;
  /** Its first step, counted from the broadcast's start. */
  step: number;
  /** The maximum number of concurrent viewers. */
  viewers: number;
  /** Total watch time of all viewers, in seconds. */
  watchS: number;
  /** The number of chat messages. */
  messages: number;
}>;
