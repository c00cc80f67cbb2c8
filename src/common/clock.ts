/** The time, injected so that tests can hold it. */
export interface Clock {
  /** Milliseconds since 1970. */
  nowMs(): number;
}

/** Nest's injection token for the {@link Clock}. */
export const CLOCK = Symbol('Clock');

/** The machine's clock. */
export const systemClock: Clock = { nowMs: () => Date.now() };
