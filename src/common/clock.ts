/** The current time, injected so that tests can control it. */
export interface Clock {
  /** Milliseconds since 1970. */
  nowMs(): number;
}

/** Nest's injection token for the {@link Clock}. */
export const CLOCK = Symbol('Clock');

/** The system clock. */
export const systemClock: Clock = { nowMs: () => Date.now() };
