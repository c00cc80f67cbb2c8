import {
  type BeforeApplicationShutdown,
  Inject,
  Injectable,
  type OnApplicationBootstrap,
} from '@nestjs/common';
import { PublishingService } from '../../broadcast/publishing.service.js';
import { TakeOver } from '../../broadcast/take-over.js';
import {
  type KeyedAccess,
  StreamKeyService,
} from '../../channels/stream-key/stream-key.service.js';
import { NodeDrain } from '../../cluster/node-drain.js';
import { CLOCK, type Clock } from '../../common/clock.js';
import { LOG, type Log } from '../../common/logger.js';
import { CONFIG, type Config } from '../../config/config.js';
import { findOpusTranscoder } from '../../media/ffmpeg/find-ffmpeg.js';
import { scaled } from '../../security/rate-limiter.js';
import { SRT_REFUSAL } from '../../srt/srt-messages.js';
import type { SrtCaller, SrtProcess } from '../../srt/srt-process.js';
import { SrtRunner } from '../../srt/srt-runner.js';
import { ProgramConnections } from '../program-connections.js';
import { ProgramIngest } from '../program-ingest.js';
import { SrtConnection } from './srt-connection.js';
import { type GateAnswer, SrtGate } from './srt-gate.js';

/** The maximum number of connections. */
const CONNECTIONS_MAX = 200;
/**
 * The maximum number of callers that aren't connected yet. They have a separate limit, because
 * anyone can become one of them.
 */
const CALLERS_MAX = 100;
/**
 * The limit of attempts per address. Nothing arrives from others while a caller waits for an answer.
 * Encoders try again every few seconds.
 */
const ATTEMPTS = { burst: 20, perSecond: 1 };

/** Accepts publishers over SRT. */
@Injectable()
export class SrtService implements OnApplicationBootstrap, BeforeApplicationShutdown {
  readonly #connections: ProgramConnections<SrtConnection>;
  /**
   * The current process's connections and callers, by number; null for callers that haven't been
   * answered yet or whose passphrase can't be right.
   */
  readonly #byId = new Map<number, SrtConnection | null>();
  /** The numbers of those that aren't connected yet. */
  readonly #callers = new Set<number>();
  readonly #gate: SrtGate;
  readonly #log: Log;
  #ffmpeg: string | null = null;
  #isStopping = false;

  // oxlint-disable-next-line max-params -- injected by Nest
  constructor(
    private readonly keys: StreamKeyService,
    private readonly publishing: PublishingService,
    private readonly runner: SrtRunner,
    takeOver: TakeOver,
    drain: NodeDrain,
    @Inject(CONFIG) private readonly config: Config,
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(LOG) log: Log,
  ) {
    this.#log = log.child({ part: 'srt' });
    this.#gate = new SrtGate(keys);
    this.#connections = new ProgramConnections({
      source: 'srt',
      keys,
      takeOver,
      drain,
      log: this.#log,
    });
  }

  async onApplicationBootstrap(): Promise<void> {
    const { port } = this.config.srt;
    if (port === 0) return;
    this.runner.events.on('started', (process) => this.#use(process, port));
    // The port opens last: encoders that were disconnected by a restart connect at once.
    this.#ffmpeg = await findOpusTranscoder(this.config.hls.ffmpegBin, this.#log);
    if (await this.runner.start()) this.#connections.watch();
  }

  beforeApplicationShutdown(): void {
    this.#isStopping = true;
    this.#connections.close();
  }

  #use(process: SrtProcess, port: number): void {
    const { events } = process;
    events.on('listening', () => {
      this.keys.setAcceptsSrt(true);
      this.#log.info({ port }, 'SRT is ready');
    });
    // If the port can't be used, the service starts without SRT.
    events.on('unavailable', (reason) => {
      this.keys.setAcceptsSrt(false);
      this.#log.warn(
        { port, reason },
        `Encoders can't publish over SRT. Stop the program that uses UDP port ${port}, or choose ` +
          'another with SRT_PORT (0 turns SRT off), then restart.',
      );
    });
    events.on('asked', (caller) => void this.#answer(process, caller));
    events.on('connected', (id) => {
      this.#callers.delete(id);
      this.#byId.get(id)?.connected();
    });
    events.on('media', (id, data) => this.#byId.get(id)?.receive(data));
    events.on('statistics', (id, statistics) => this.#byId.get(id)?.measured(statistics));
    events.on('disconnected', (id, silentMs) => {
      this.#byId.get(id)?.disconnected(silentMs);
      this.#forget(id);
    });
    events.on('closed', () => {
      this.keys.setAcceptsSrt(false);
      for (const connection of this.#byId.values()) connection?.lost();
      this.#byId.clear();
      this.#callers.clear();
    });
    process.listen(port, scaled(ATTEMPTS, this.config.http.addressLimitFactor));
  }

  async #answer(process: SrtProcess, caller: SrtCaller): Promise<void> {
    const { id } = caller;
    this.#byId.set(id, null);
    this.#callers.add(id);
    const answer = await this.#decide(caller);
    // The caller may have given up, or the process may have ended.
    if (process !== this.runner.process || !this.#byId.has(id)) return;
    if ('reason' in answer) {
      const { reason, code } = answer;
      this.#log.info({ code, reason }, 'refused an encoder over SRT');
      this.#forget(id);
      return process.refuse(id, reason);
    }
    if (answer.access) this.#byId.set(id, this.#connect(process, id, answer.access));
    process.admit(id, answer.passphrase);
  }

  #forget(id: number): void {
    this.#byId.delete(id);
    this.#callers.delete(id);
  }

  async #decide(caller: SrtCaller): Promise<GateAnswer> {
    const unavailable = { reason: SRT_REFUSAL.unavailable, code: 'unavailable' };
    if (this.#isStopping) return unavailable;
    const connected = this.#byId.size - this.#callers.size;
    if (connected >= CONNECTIONS_MAX || this.#callers.size > CALLERS_MAX)
      return { reason: SRT_REFUSAL.overload, code: 'connection_limit' };
    try {
      return this.#unlessTaken(await this.#gate.answer(caller));
    } catch (err) {
      this.#log.error({ err }, 'an encoder over SRT could not be checked');
      return unavailable;
    }
  }

  /**
   * Refuses a caller with the right stream key while another caller is sending, because SRT can't
   * report a reason later. A caller that has yet to prove that it knows the passphrase isn't
   * refused, so that it doesn't learn whether the channel is live.
   */
  #unlessTaken(answer: GateAnswer): GateAnswer {
    if ('reason' in answer || answer.passphrase !== null) return answer;
    const channelId = answer.access?.channel.id;
    const isTaken = [...this.#connections].some(
      ({ access, isArriving }) => access.channel.id === channelId && isArriving,
    );
    return isTaken ? { reason: SRT_REFUSAL.conflict, code: 'already_publishing' } : answer;
  }

  #connect(process: SrtProcess, id: number, access: KeyedAccess): SrtConnection {
    const connection = new SrtConnection({
      access,
      publish: ({ channel }, peer) =>
        this.publishing.publishProgram(channel, { peer, source: 'srt' }),
      createIngest: (media, log) =>
        new ProgramIngest({ media, ffmpeg: this.#ffmpeg, clock: this.clock, log }),
      disconnect: () => process.disconnect(id),
      onClosed: () => {
        this.#connections.delete(connection);
        this.publishing.disconnected(connection.peer.id);
      },
      log: this.#log,
    });
    this.#connections.add(connection);
    return connection;
  }
}
