import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';
import { limitScript } from '../common/limit-script.js';
import type { Log } from '../common/logger.js';
import { TypedEmitter } from '../common/typed-emitter.js';
import { childEnvironment } from '../config/child-environment.js';
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
/** A process that has encoded nothing for this long is killed. */
const STALLED_MS = 5_000;
/** The error output is truncated to this length. */
const STDERR_MAX = 2_000;

export type InputPorts = Readonly<{ port: number; rtcpPort: number }>;

/** A process that mixes one programme. It ends by itself if this process ends. */
export class MixerProcess {
  readonly #emitter = new TypedEmitter<{
    keyFrame: [id: string];
    size: [id: string, size: { width: number; height: number }];
    dropped: [id: string];
    closed: [];
  }>();
  /**
   * `keyFrame`: a video input can't be decoded without a key frame. `size`: a video input has
   * another size. `dropped`: an input failed and was removed. `closed`: the process has ended or is
   * about to.
   */
  readonly events = this.#emitter.listenable;
  readonly #child: ChildProcessByStdio<Writable, Readable, Readable>;
  readonly #log: Log;
  readonly #started = Promise.withResolvers<{ videoPort: number; audioPort: number }>();
  /** The inputs whose ports aren't known yet. */
  readonly #adding = new Map<string, PromiseWithResolvers<InputPorts>>();
  #timer: NodeJS.Timeout;
  #frames = -1;
  #stderr = '';
  #closed = false;

  private constructor({ program, args }: MixerCommand, log: Log) {
    const script = limitScript(LIMITS);
    this.#child = spawn('/bin/sh', ['-c', script, 'mixer', program, ...args], {
      stdio: ['pipe', 'pipe', 'pipe'],
      env: childEnvironment(),
      // As for media workers, signals to this server's process group don't reach it.
      detached: true,
    });
    this.#log = log.child({ pid: this.#child.pid });
    this.#timer = setTimeout(() => this.#stalled(), START_TIMEOUT_MS);
    this.#follow();
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
    return this.#child.pid;
  }

  get closed(): boolean {
    return this.#closed;
  }

  /** The number of frames that have been encoded. */
  get frames(): number {
    return Math.max(0, this.#frames);
  }

  /** The ports from which the programme is sent. */
  get ports(): Promise<{ videoPort: number; audioPort: number }> {
    return this.#started.promise;
  }

  /** Adds an input, and resolves with the ports at which the process receives it. */
  add(input: MixInput): Promise<InputPorts> {
    const adding = Promise.withResolvers<InputPorts>();
    this.#adding.get(input.id)?.reject(new Error('the input was added again'));
    this.#adding.set(input.id, adding);
    if (this.#closed) adding.reject(new Error('the mixer has ended'));
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
    if (this.#closed) return;
    this.#closed = true;
    clearTimeout(this.#timer);
    // Nothing has to be finished, and a process that hangs wouldn't end otherwise.
    this.#child.kill('SIGKILL');
    const error = new Error(`the mixer has ended: ${this.#stderr.trim()}`);
    this.#started.reject(error);
    for (const { reject } of this.#adding.values()) reject(error);
    this.#adding.clear();
    this.#emitter.emit('closed');
    this.#emitter.clear();
  }

  #follow(): void {
    const child = this.#child;
    // Nobody may be waiting for these when the process ends.
    this.#started.promise.catch(() => undefined);
    createInterface({ input: child.stdout }).on('line', (line) => this.#read(line));
    child.stderr.on('data', (chunk: Buffer) => {
      this.#stderr = `${this.#stderr}${chunk.toString()}`.slice(-STDERR_MAX);
    });
    // A process that has ended no longer reads.
    child.stdin.on('error', () => undefined);
    child.once('error', (err) => {
      this.#log.error({ err }, 'the mixer can’t be started');
      this.close();
    });
    child.once('exit', (code, signal) => {
      if (this.#closed) return;
      this.#log.warn({ code, signal, stderr: this.#stderr.trim() }, 'the mixer has ended');
      this.close();
    });
  }

  #send(command: MixCommand): void {
    if (!this.#closed) this.#child.stdin.write(`${JSON.stringify(command)}\n`);
  }

  #read(line: string): void {
    const { data: event, error } = MixEvent.safeParse(parse(line));
    if (!event) {
      this.#log.warn({ err: error }, 'the mixer wrote something unreadable');
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
        if (event.frames > this.#frames) this.#watch();
        this.#frames = event.frames;
        break;
      case 'failed':
        this.#log.error({ reason: event.message }, 'the mixer failed');
        break;
      default:
        event satisfies never;
    }
  }

  /** Kills the process unless it encodes another frame in time. */
  #watch(): void {
    clearTimeout(this.#timer);
    if (!this.#closed) this.#timer = setTimeout(() => this.#stalled(), STALLED_MS);
  }

  #stalled(): void {
    this.#log.warn('the mixer stalled and is killed');
    this.close();
  }
}

function parse(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return null;
  }
}
