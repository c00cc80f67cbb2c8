import type { SampleSource, TimedSample } from '../broadcast/ports/samples.js';
import type { Clock } from '../common/clock.js';
import type { Log } from '../common/logger.js';
import type { RestreamStatus } from '../protocol/restream.js';
import { Backlog } from './backlog.js';
import { Interleaver } from './interleaver.js';
import type { Publication, SampleWriter } from './publication.js';
import { reconnectDelayMs } from './reconnect-delay.js';
import { reasonFor, RestreamError } from './restream-problem.js';

/** The maximum time that a connected server has to accept the stream. */
const START_TIMEOUT_MS = 10_000;
/** The time without progress after which a connection is replaced. */
const STALLED_MS = 10_000;
const CHECK_MS = 1_000;
/**
 * A connection that lasts this long counts as a success, so the next reconnect delay is short
 * again.
 */
const SETTLED_MS = 10_000;

type Options = Readonly<{
  /** The target's host, for the log. */
  host: string;
  source: SampleSource;
  /**
   * Opens a connection.
   * @throws {RestreamError}
   */
  publish: (signal: AbortSignal) => Promise<Publication>;
  clock: Clock;
  random: () => number;
  log: Log;
}>;

type Sending = {
  readonly publication: Publication;
  readonly writer: SampleWriter;
  readonly backlog: Backlog;
  readonly startedMs: number;
};

type State =
  | Readonly<{ name: 'waiting' | 'unsupported' }>
  | Readonly<{ name: 'connecting'; publication: Publication | null }>
  | (Readonly<{ name: 'sending' }> & Sending)
  | Readonly<{ name: 'retrying'; problem: RestreamError }>;

/** Sends one broadcast to one target, and reconnects until it is closed. */
export class TargetSender {
  readonly #options: Options;
  readonly #log: Log;
  readonly #stopTaking: () => void;
  readonly #stopped = new AbortController();
  readonly #samples = new Interleaver();
  readonly #check: NodeJS.Timeout;
  #state: State = { name: 'waiting' };
  #failures = 0;
  #timer: NodeJS.Timeout | undefined;

  constructor(options: Options) {
    this.#options = options;
    this.#log = options.log.child({ host: options.host });
    this.#stopTaking = options.source.take((sample) => this.#take(sample));
    this.#check = setInterval(() => this.#tick(), CHECK_MS).unref();
  }

  get status(): RestreamStatus {
    const state = this.#state;
    const status = { state: state.name, problem: null, reason: '', bitrateBps: null };
    if (state.name === 'sending') return { ...status, bitrateBps: state.backlog.bitrateBps };
    if (state.name === 'unsupported')
      return { ...status, problem: 'codec', reason: reasonFor('codec') };
    if (state.name !== 'retrying') return status;
    const { problem, message } = state.problem;
    return { ...status, problem, reason: message };
  }

  /** Ends the stream. Safe to call twice. */
  close(): void {
    if (this.#stopped.signal.aborted) return;
    this.#stopped.abort();
    this.#stopTaking();
    clearInterval(this.#check);
    clearTimeout(this.#timer);
    this.#samples.clear();
    const state = this.#state;
    if (state.name === 'sending' || state.name === 'connecting') state.publication?.close();
  }

  #take(sample: TimedSample): void {
    if (sample.config.kind === 'video' && sample.config.codec !== 'h264') return this.#refuse();
    const { kinds } = this.#options.source;
    const isReadable = kinds.refused === null && (sample.kind === 'video' || !kinds.video);
    if (this.#state.name === 'unsupported' && isReadable) this.#enter({ name: 'waiting' });
    if (this.#state.name === 'waiting') void this.#connect();
    for (const due of this.#samples.push(sample, kinds)) this.#send(due, kinds.video);
  }

  #send(sample: TimedSample, hasVideo: boolean): void {
    if (this.#state.name !== 'sending') return;
    this.#state.writer.push(sample, hasVideo);
    this.#state.backlog.mark(sample.timeMs);
  }

  /** Ends the stream for as long as the broadcast has a codec that can't be sent. */
  #refuse(): void {
    const state = this.#state;
    if (state.name === 'unsupported' || state.name === 'retrying') return;
    if (state.name === 'sending' || state.name === 'connecting') state.publication?.close();
    this.#enter({ name: 'unsupported' });
  }

  async #connect(): Promise<void> {
    const connecting: State = { name: 'connecting', publication: null };
    this.#enter(connecting);
    try {
      const publication = await this.#options.publish(this.#stopped.signal);
      if (this.#state !== connecting || this.#stopped.signal.aborted) return publication.close();
      this.#publish(publication);
    } catch (error) {
      if (this.#state !== connecting || this.#stopped.signal.aborted) return;
      this.#failed(error instanceof RestreamError ? error : new RestreamError('unreachable'));
    }
  }

  #publish(publication: Publication): void {
    this.#enter({ name: 'connecting', publication });
    const limit = setTimeout(
      () => publication.fail(new RestreamError('unreachable')),
      START_TIMEOUT_MS,
    ).unref();
    publication.events.on('closed', (error) => {
      clearTimeout(limit);
      this.#failed(error);
    });
    publication.events.on('started', () => {
      clearTimeout(limit);
      this.#started(publication);
    });
  }

  #started(publication: Publication): void {
    const startedMs = this.#options.clock.nowMs();
    const backlog = new Backlog(() => publication.progress, startedMs);
    const { kinds } = this.#options.source;
    const writer = publication.begin(kinds, () => backlog.waitingMs);
    this.#enter({ name: 'sending', publication, writer, backlog, startedMs });
  }

  #failed(problem: RestreamError): void {
    if (this.#stopped.signal.aborted) return;
    this.#failures += 1;
    this.#enter({ name: 'retrying', problem });
    const delayMs = reconnectDelayMs(this.#failures, this.#options.random());
    this.#timer = setTimeout(() => this.#enter({ name: 'waiting' }), delayMs).unref();
  }

  #tick(): void {
    if (this.#options.source.kinds.refused !== null) this.#refuse();
    const state = this.#state;
    if (state.name !== 'sending') return;
    const nowMs = this.#options.clock.nowMs();
    if (nowMs - state.startedMs > SETTLED_MS) this.#failures = 0;
    if (state.backlog.check(nowMs) > STALLED_MS)
      state.publication.fail(new RestreamError('stalled'));
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
