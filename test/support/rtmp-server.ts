import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ffmpegBin } from './ffmpeg.js';
import { probeBytes, type ReadStream } from './ffmpeg-reader.js';
import { freePort } from './free-port.js';

/** An FFmpeg process that acts as an RTMP server for one stream, which it stores. */
export class FfmpegRtmpServer {
  readonly port: number;
  readonly #folder: string;
  readonly #child: ChildProcess;

  private constructor(port: number, folder: string) {
    this.port = port;
    this.#folder = folder;
    this.#child = this.#listen();
  }

  static async start(): Promise<FfmpegRtmpServer> {
    const folder = await mkdtemp(join(tmpdir(), 'onair-rtmp-'));
    return new FfmpegRtmpServer(await freePort(), folder);
  }

  get url(): string {
    return `rtmp://127.0.0.1:${this.port}/live`;
  }

  /** Resolves with the received streams once the sender has ended the connection. */
  async received(): Promise<ReadStream[]> {
    if (this.#child.exitCode === null) await once(this.#child, 'exit');
    return probeBytes(await readFile(this.#file));
  }

  /** Breaks the connection as a crash would. */
  async kill(): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    const ended = once(this.#child, 'exit');
    this.#child.kill('SIGKILL');
    await ended;
  }

  async close(): Promise<void> {
    await this.kill();
    await rm(this.#folder, { recursive: true, force: true });
  }

  get #file(): string {
    return join(this.#folder, 'received.flv');
  }

  #listen(): ChildProcess {
    const input = ['-v', 'error', '-listen', '1', '-i', `${this.url}/key`];
    const output = ['-c', 'copy', '-flush_packets', '1', '-y', this.#file];
    return spawn(ffmpegBin, [...input, ...output], { stdio: 'ignore' });
  }
}
