import type { LiveBroadcast } from '../../broadcast/live-broadcast.js';
import type { WatchedMedia } from '../../broadcast/ports/media.js';
import type { Clock } from '../../common/clock.js';
import type { Log } from '../../common/logger.js';
import type { RestreamProblem, RestreamStatus } from '../../protocol/restream.js';
import { reconnectDelayMs } from '../reconnect-delay.js';
import { reasonFor, RestreamError } from '../restream-problem.js';
import type { WhipPublication } from './whip-publication.js';

const CHECK_MS = 1_000;
/**
 * A session that lasts this long counts as a success, so the next reconnect delay is short again.
 */
const SETTLED_MS = 10_000;
/**
 * The problems of the broadcast itself. After one of these, the broadcast is checked again soon,
 * without a reconnect delay.
 */
const OWN: ReadonlySet<RestreamProblem> = new Set(['b_frames', 'no_media', 'tracks_changed']);

type Options = Readonly<{
  /** The target's host, for the log. */
  host: string;
  broadcast: Pick<LiveBroadcast, 'media' | 'view'>;
  publish: (media: WatchedMedia) => WhipPublication;
  clock: Clock;
  random: () => number;
  log: Log;
}>;

type Publishing = Readonly<{ publication: WhipPublication }>;

type State =
  | Readonly<{ name: 'waiting' | 'unsupported' }>
  | (Readonly<{ name: 'connecting' }> & Publishing)
  | (Readonly<{ name: 'sending'; startedMs: number }> & Publishing)
  | Readonly<{ name: 'retrying'; problem: RestreamError }>;

/** Sends one broadcast to one WHIP server, and reconnects until it is closed. */
export class WhipSender {
  readonly #options: Options;
  readonly #log: Log;
  readonly #check: NodeJS.Timeout;
  #state: State = { name: 'waiting' };
  #bitrateBps = 0;
  #failures = 0;
  #timer: NodeJS.Timeout | undefined;
  #isClosed = false;

  constructor(options: Options) {
    this.#options = options;
    this.#log = options.log.child({ host: options.host });
    this.#check = setInterval(() => this.#tick(), CHECK_MS).unref();
    this.#tick();
  }

  get status(): RestreamStatus {
    const state = this.#state;
    const status = { state: state.name, problem: null, reason: '', bitrateBps: null };
    if (state.name === 'sending') return { ...status, bitrateBps: this.#bitrateBps };
    if (state.name === 'unsupported')
      return { ...status, problem: 'b_frames', reason: reasonFor('b_frames') };
    if (state.name !== 'retrying') return status;
    const { problem, message } = state.problem;
    return { ...status, problem, reason: message };
  }

  /** Ends the session. Safe to call twice. */
  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    clearInterval(this.#check);
    clearTimeout(this.#timer);
    if ('publication' in this.#state) this.#state.publication.close();
  }

  #tick(): void {
    const { state, webrtc } = this.#options.broadcast.view;
    if (webrtc === 'unavailable') return this.#refuse();
    if (this.#state.name === 'unsupported') this.#enter({ name: 'waiting' });
    if (this.#state.name === 'waiting' && state === 'live') this.#connect();
    if (this.#state.name !== 'sending') return;
    const { startedMs, publication } = this.#state;
    if (this.#options.clock.nowMs() - startedMs > SETTLED_MS) this.#failures = 0;
    void publication.bitrateBps().then((bps) => (this.#bitrateBps = Math.round(bps)));
  }

  /** Ends the session for as long as the video has B-frames. */
  #refuse(): void {
    if (this.#state.name === 'unsupported' || this.#state.name === 'retrying') return;
    if ('publication' in this.#state) this.#state.publication.close();
    this.#enter({ name: 'unsupported' });
  }

  #connect(): void {
    const { media } = this.#options.broadcast;
    if (media === null || media.closed) return;
    const publication = this.#options.publish(media);
    publication.events.on('closed', (error) => this.#failed(error));
    publication.events.on('started', () => {
      this.#bitrateBps = 0;
      const startedMs = this.#options.clock.nowMs();
      this.#enter({ name: 'sending', publication, startedMs });
    });
    this.#enter({ name: 'connecting', publication });
  }

  #failed(problem: RestreamError): void {
    if (this.#isClosed) return;
    if (OWN.has(problem.problem)) return this.#enter({ name: 'waiting' });
    this.#failures += 1;
    this.#enter({ name: 'retrying', problem });
    const delayMs = reconnectDelayMs(this.#failures, this.#options.random());
    this.#timer = setTimeout(
      () => this.#enter({ name: 'waiting' }),
      Math.max(delayMs, problem.retryAfterMs),
    ).unref();
  }

  #enter(next: State): void {
    const before = this.#state;
    this.#state = next;
    if (before.name === next.name) return;
    const { problem } = this.status;
    if (next.name === 'retrying')
      this.#log.warn({ problem, failures: this.#failures }, 'a restream failed; retrying');
    else if (next.name === 'sending') this.#log.info('a restream started');
    else this.#log.debug({ problem }, `a restream is ${next.name}`);
  }
}
