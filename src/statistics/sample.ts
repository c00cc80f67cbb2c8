/** Statistics of a broadcast for one or more steps; see {@link spanAt}. */
export type Sample = Readonly<{
  broadcastId: string;
  /** The first step that the sample covers, counted from the broadcast's start. */
  step: number;
  /** The maximum number of concurrent viewers. */
  viewers: number;
  /** The total watch time of all viewers, in seconds. */
  watchS: number;
  /** The number of chat messages. */
  messages: number;
  /** The epoch of the broadcast, because each node on which it runs has its own samples. */
  epoch: number;
}>;
