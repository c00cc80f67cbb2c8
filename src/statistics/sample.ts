/** How a broadcast did for one step, or for several: see {@link spanAt}. */
export type Sample = Readonly<{
  broadcastId: string;
  /** The first of its steps, counted from the broadcast's start. */
  step: number;
  /** The most at a time. */
  viewers: number;
  /** What all viewers watched together, seconds. */
  watchS: number;
  /** Chat messages that were written. */
  messages: number;
}>;
