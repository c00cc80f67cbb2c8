import type { Log } from '../common/logger.js';
import { TypedEmitter } from '../common/typed-emitter.js';
import { MessageProcess } from '../processes/message-process.js';
import type { MixerCommand } from './find-mixer.js';
import {
  type MixCommand,
  MixEvent,
  type MixInput,
  type MixOverlay,
  type MixStart,
  type MixTile,
} from './mixer-messages.js';

/** The threads of GStreamer and x264 reserve much more than the 0.15 GB that they use. */
const LIMITS = { memoryMiB: 8_192, cpuSeconds: null, openFiles: 512 };
const START_TIMEOUT_MS = 30_000;
/** A process that has encoded no video or no audio for this long is killed. */
const STALLED_MS = 5_000;

export type InputPorts = Readonly<{ port: number; rtcpPort: number }>;

/** The numbers of encoded frames and audio packets. */
type Progress = Readonly<{ frames: number; audioPackets: number }>;

/** A process that mixes one programme. It exits by itself when the Node process ends. */
export class MixerProcess {
  readonly #emitter = new TypedEmitter<{
    keyFrame: [id: string];
    size: [id: string, size: { width: number; height: number }];
    dropped: [id: string];
    closed: [];
  }>();
  /**
   * `keyFrame`: a video input can't be decoded without a key frame. `size`: the size of a video
   * input has changed. `dropped`: an input failed and was removed. `closed`: the process has ended
   * or is about to.
   */
  readonly events = this.#emitter.listenable;
  readonly #process: MessageProcess;
  readonly #log: Log;
  readonly #started = Promise.withResolvers<{ videoPort: number; audioPort: number }>();
  /** The inputs whose ports aren't known yet. */
  readonly #adding = new Map<string, PromiseWithResolvers<InputPorts>>();
  #timer: NodeJS.Timeout;
  /** The latest counts of what has been encoded. */
  #progress: Progress = { frames: 0, audioPackets: 0 };
  /** The counts at which {@link #timer} was started. */
  #watched: Progress = { frames: 0, audioPackets: 0 };

  private constructor(command: MixerCommand, log: Log) {
    this.#process = new MessageProcess({ command, name: 'mixer', limits: LIMITS, log });
    this.#log = log.child({ pid: this.#process.pid });
    this.#timer = setTimeout(() => this.#stalled(), START_TIMEOUT_MS);
    // Nothing may be waiting for the ports when the process ends.
    this.#started.promise.catch(() => undefined);
    this.#process.events.on('message', (message) => this.#read(message));
    this.#process.events.on('closed', () => this.#ended());
  }

  /** Starts a process. Rejects if it can't be started. */
  static async start(command: MixerCommand, start: MixStart, log: Log): Promise<MixerProcess> {
    const mixer = new MixerProcess(command, log);
    mixer.#send({ command: 'start', ...start });
    try {
      await mixer.#started.promise;
    } catch (error) {
      mixer.close();
      throw error;
    }
    mixer.#log.info('mixer started');
    return mixer;
  }

  get pid(): number | undefined {
    return this.#process.pid;
  }

  get closed(): boolean {
    return this.#process.closed;
  }

  /** The number of frames that have been encoded. */
  get frames(): number {
    return this.#progress.frames;
  }

  /** The ports from which the programme is sent. */
  get ports(): Promise<{ videoPort: number; audioPort: number }> {
    return this.#started.promise;
  }

  /** Adds an input, and resolves with the ports at which the process receives it. */
  add(input: MixInput): Promise<InputPorts> {
    const adding = Promise.withResolvers<InputPorts>();
    this.#adding.get(input.id)?.reject(new Error('the input was replaced'));
    this.#adding.set(input.id, adding);
    if (this.closed) adding.reject(new Error('the mixer has ended'));
    else this.#send({ command: 'add', ...input });
    return adding.promise;
  }

  remove(id: string): void {
    this.#send({ command: 'remove', id });
  }

  layOut(tiles: readonly MixTile[]): void {
    this.#send({ command: 'layout', tiles });
  }

  /** @param png a picture of the programme's size */
  setBackground(png: Uint8Array): void {
    this.#send({ command: 'background', png: Buffer.from(png).toString('base64') });
  }

  setOverlays(pictures: readonly MixOverlay[]): void {
    this.#send({ command: 'overlays', pictures });
  }

  setVolumes(volumes: Readonly<Record<string, number>>): void {
    this.#send({ command: 'volumes', volumes });
  }

  /** Ends the process. Idempotent. */
  close(): void {
    this.#process.close();
  }

  #ended(): void {
    clearTimeout(this.#timer);
    const error = new Error(`the mixer has ended: ${this.#process.complaint}`);
    this.#started.reject(error);
    for (const { reject } of this.#adding.values()) reject(error);
    this.#adding.clear();
    this.#emitter.emit('closed');
    this.#emitter.clear();
  }

  #send(command: MixCommand): void {
    this.#process.send(command);
  }

  #read(message: unknown): void {
    const { data: event, error } = MixEvent.safeParse(message);
    if (!event) {
      this.#log.warn({ err: error }, 'the mixer sent an unreadable message');
      return;
    }
    switch (event.event) {
      case 'started':
        this.#started.resolve(event);
        this.#watch();
        break;
      case 'added':
        this.#adding.get(event.id)?.resolve(event);
        this.#adding.delete(event.id);
        break;
      case 'key-frame':
        this.#emitter.emit('keyFrame', event.id);
        break;
      case 'size':
        this.#emitter.emit('size', event.id, { width: event.width, height: event.height });
        break;
      case 'dropped':
        this.#log.warn({ input: event.id, reason: event.message }, 'the mixer dropped an input');
        this.#emitter.emit('dropped', event.id);
        break;
      case 'progress':
        this.#progress = event;
        if (isPast(event, this.#watched)) this.#watch();
        break;
      case 'failed':
        this.#log.error({ reason: event.message }, 'the mixer failed');
        break;
      default:
        event satisfies never;
    }
  }

  /** Kills the process unless it encodes another frame and more audio in time. */
  #watch(): void {
    this.#watched = this.#progress;
    clearTimeout(this.#timer);
    if (!this.closed) this.#timer = setTimeout(() => this.#stalled(), STALLED_MS);
  }

  #stalled(): void {
    this.#log.warn('the mixer stalled; killing it');
    this.close();
  }
}

/** Whether both kinds of media have been encoded since `earlier`. */
function isPast(now: Progress, earlier: Progress): boolean {
  return now.frames > earlier.frames && now.audioPackets > earlier.audioPackets;
}
