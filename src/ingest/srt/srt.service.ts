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
import { SRT_REFUSAL } from '../../srt/srt-messages.js';
import type { SrtCaller, SrtProcess } from '../../srt/srt-process.js';
import { SrtRunner } from '../../srt/srt-runner.js';
import { ProgramConnections } from '../program-connections.js';
import { ProgramIngest } from '../program-ingest.js';
import { SrtConnection } from './srt-connection.js';
import { type GateAnswer, SrtGate } from './srt-gate.js';

/** The maximum number of connections. */
const CONNECTIONS_MAX = 200;

/** Accepts programs that publish over SRT. */
@Injectable()
export class SrtService implements OnApplicationBootstrap, BeforeApplicationShutdown {
  readonly #connections: ProgramConnections<SrtConnection>;
  /**
   * The current process's connections and callers, by number; null before the answer, and for
   * callers whose passphrase can't be right.
   */
  readonly #byId = new Map<number, SrtConnection | null>();
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
    this.#gate = new SrtGate(keys, config.http.addressLimitFactor);
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
    if (!(await this.runner.start())) return;
    this.#ffmpeg = await findOpusTranscoder(this.config.hls.ffmpegBin, this.#log);
    this.#connections.watch();
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
    // A port that can't be used doesn't keep the service from starting.
    events.on('unavailable', (reason) => {
      this.keys.setAcceptsSrt(false);
      this.#log.warn(
        { port, reason },
        `Encoders can't publish over SRT. Stop the program that uses UDP port ${port}, or choose ` +
          'another with SRT_PORT (0 turns SRT off), then restart.',
      );
    });
    events.on('asked', (caller) => void this.#answer(process, caller));
    events.on('connected', (id) => this.#byId.get(id)?.connected());
    events.on('media', (id, data) => this.#byId.get(id)?.receive(data));
    events.on('statistics', (id, statistics) => this.#byId.get(id)?.measured(statistics));
    events.on('disconnected', (id, silentMs) => {
      this.#byId.get(id)?.disconnected(silentMs);
      this.#byId.delete(id);
    });
    events.on('closed', () => {
      for (const connection of this.#byId.values()) connection?.lost();
      this.#byId.clear();
    });
    process.listen(port);
  }

  async #answer(process: SrtProcess, caller: SrtCaller): Promise<void> {
    const { id } = caller;
    this.#byId.set(id, null);
    const answer = await this.#decide(caller);
    // The caller may have given up, or the process may have ended.
    if (process !== this.runner.process || !this.#byId.has(id)) return;
    if ('reason' in answer) {
      const { reason, code } = answer;
      this.#log.info({ code, reason }, 'refused a program over SRT');
      this.#byId.delete(id);
      return process.refuse(id, reason);
    }
    if (answer.access) this.#byId.set(id, this.#connect(process, id, answer.access));
    process.admit(id, answer.passphrase);
  }

  async #decide(caller: SrtCaller): Promise<GateAnswer> {
    const unavailable = { reason: SRT_REFUSAL.unavailable, code: 'unavailable' };
    if (this.#isStopping) return unavailable;
    if (this.#byId.size > CONNECTIONS_MAX)
      return { reason: SRT_REFUSAL.overload, code: 'connection_limit' };
    try {
      return await this.#gate.answer(caller, this.clock.nowMs());
    } catch (err) {
      this.#log.error({ err }, 'a program over SRT could not be checked');
      return unavailable;
    }
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
