import type { Clock } from '../common/clock.js';
import { TypedEmitter } from '../common/typed-emitter.js';
import type { BroadcastState, EndReason } from '../protocol/broadcast.js';

/** The phase of a broadcast. Times are in milliseconds since 1970. */
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
  /** The maximum time until the publisher's first media arrives. */
  startTimeoutMs: number;
  /** How long the broadcast waits for a lost publisher. */
  graceMs: number;
  /** Whether the broadcast was live on another node and waits for its publisher here. */
  wasLive?: boolean;
  /** Whether its media already arrives at this node, because its publisher has moved here. */
  isLive?: boolean;
  /**
   * Called when the grace period has elapsed; resolves with whether the broadcast may end. It must
   * not end if this node was suspended for a while and no longer owns it.
   */
  mayEnd?: () => Promise<boolean>;
};

/**
 * The state machine of one broadcast: `starting -> live <-> interrupted -> ended`. A broadcast ends
 * by itself if media never arrives or the publisher doesn't return. All other transitions follow
 * from what the caller reports.
 */
export class BroadcastLifecycle {
  readonly #emitter = new TypedEmitter<{ entered: [phase: Phase] }>();
  readonly events = this.#emitter.listenable;
  readonly #options: Options;
  #phase: Phase;
  #timer: NodeJS.Timeout | undefined;
  #wasLive: boolean;
  #isStopped = false;

  constructor(options: Options) {
    const { clock, startTimeoutMs, graceMs, wasLive = false, isLive = false } = options;
    this.#options = options;
    this.#wasLive = wasLive || isLive;
    if (isLive) this.#phase = { name: 'live' };
    else if (wasLive) this.#phase = { name: 'interrupted', untilMs: clock.nowMs() + graceMs };
    else this.#phase = { name: 'starting', untilMs: clock.nowMs() + startTimeoutMs };
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
   * Reports the loss of the publisher. A broadcast that never went live ends; a live one waits for
   * the publisher to return.
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

  /** Freezes the phase, because the broadcast continues on another node. */
  stop(): void {
    this.#isStopped = true;
    clearTimeout(this.#timer);
  }

  /** Enters a phase. All transitions go through here. */
  #enter(next: Phase): void {
    if (this.#isStopped) return;
    if (!ALLOWED[this.#phase.name].includes(next.name))
      throw new Error(`a broadcast can’t go from ${this.#phase.name} to ${next.name}`);
    clearTimeout(this.#timer);
    this.#phase = next;
    if (next.name === 'live') this.#wasLive = true;
    this.#armTimer();
    this.#emitter.emit('entered', next);
  }

  #armTimer(): void {
    const phase = this.#phase;
    if (phase.name !== 'starting' && phase.name !== 'interrupted') return;
    const reason = phase.name === 'starting' ? 'never_started' : 'grace_elapsed';
    this.#timer = setTimeout(
      () => void this.#elapsed(phase, reason),
      Math.max(0, phase.untilMs - this.#options.clock.nowMs()),
    );
  }

  async #elapsed(phase: Phase, reason: EndReason): Promise<void> {
    const { mayEnd } = this.#options;
    if (mayEnd && phase.name === 'interrupted' && !(await mayEnd())) return;
    if (this.#phase === phase) this.end(reason);
  }
}
