import type { Clock } from '../common/clock.js';
import { TypedEmitter } from '../common/typed-emitter.js';
import type { BroadcastState, EndReason } from '../protocol/broadcast.js';

/** The phase of a broadcast; times in milliseconds since 1970. */
export type Phase =
  | { name: 'starting'; untilMs: number }
  | { name: 'live' }
  | { name: 'interrupted'; untilMs: number }
  | { name: 'ended'; atMs: number; reason: EndReason };

/** The allowed transitions. */
const ALLOWED: Readonly<Record<BroadcastState, readonly BroadcastState[]>> = {
  starting: ['live', 'ended'],
  live: ['interrupted', 'ended'],
  interrupted: ['live', 'ended'],
  ended: [],
};

type Options = {
  clock: Clock;
  /** How long a publisher may take until its first media arrives. */
  startTimeoutMs: number;
  /** How long the broadcast waits for a lost publisher. */
  graceMs: number;
};

/**
 * The state machine of one broadcast: `starting -> live <-> interrupted -> ended`. It ends on its
 * own when media never arrives or the publisher does not return; the caller reports everything
 * else.
 */
export class BroadcastLifecycle {
  readonly events = new TypedEmitter<{ entered: [phase: Phase] }>();
  readonly #options: Options;
  #phase: Phase;
  #timer: NodeJS.Timeout | undefined;
  #wasLive = false;

  constructor(options: Options) {
    this.#options = options;
    this.#phase = { name: 'starting', untilMs: options.clock.nowMs() + options.startTimeoutMs };
    this.#armTimer();
  }

  /** Whether media has ever arrived. */
  get wasLive(): boolean {
    return this.#wasLive;
  }

  get phase(): Phase {
    return this.#phase;
  }

  /** Reports that media arrives. */
  mediaArrived(): void {
    if (this.#phase.name === 'starting' || this.#phase.name === 'interrupted')
      this.#enter({ name: 'live' });
  }

  /**
   * Reports that the publisher is lost. A broadcast that never went live ends; a live one waits for
   * its return.
   */
  publisherLost(): void {
    if (this.#phase.name === 'starting') this.end('never_started');
    else if (this.#phase.name === 'live')
      this.#enter({
        name: 'interrupted',
        untilMs: this.#options.clock.nowMs() + this.#options.graceMs,
      });
  }

  /** Ends the broadcast. Idempotent; the first reason is retained. */
  end(reason: EndReason): void {
    if (this.#phase.name !== 'ended')
      this.#enter({ name: 'ended', atMs: this.#options.clock.nowMs(), reason });
  }

  /** Enters a phase. All transitions go through here. */
  #enter(next: Phase): void {
    if (!ALLOWED[this.#phase.name].includes(next.name))
      throw new Error(`a broadcast can't go from ${this.#phase.name} to ${next.name}`);
    clearTimeout(this.#timer);
    this.#phase = next;
    if (next.name === 'live') this.#wasLive = true;
    this.#armTimer();
    this.events.emit('entered', next);
  }

  #armTimer(): void {
    const phase = this.#phase;
    if (phase.name !== 'starting' && phase.name !== 'interrupted') return;
    const reason = phase.name === 'starting' ? 'never_started' : 'grace_elapsed';
    this.#timer = setTimeout(
      () => this.end(reason),
      Math.max(0, phase.untilMs - this.#options.clock.nowMs()),
    );
  }
}
