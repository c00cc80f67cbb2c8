/** Tells the current time. The clock is injected so that tests can control it. */
export interface Clock {
  /** Returns the number of milliseconds since 1970. */
  nowMs(): number;
}

/** Nest's injection token for the {@link Clock}. */
export const CLOCK = Symbol('Clock');

/** The system clock. */
export const systemClock: Clock = { nowMs: () => Date.now() };
