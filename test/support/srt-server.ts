import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ffmpegBin } from './ffmpeg.js';
import { probeBytes, type ReadStream } from './ffmpeg-reader.js';
import { freePort } from './free-port.js';

/** An SRT server that stores one stream at a time as it arrives, in an FFmpeg process. */
export class FfmpegSrtServer {
  readonly port: number;
  readonly #folder: string;
  readonly #passphrase: string;
  #child: ChildProcess | null = null;
  #streams = 0;

  private constructor(port: number, folder: string, passphrase: string) {
    this.port = port;
    this.#folder = folder;
    this.#passphrase = passphrase;
  }

  /** Creates a server that doesn't listen yet. */
  static async create(passphrase = ''): Promise<FfmpegSrtServer> {
    const folder = await mkdtemp(join(tmpdir(), 'onair-srt-'));
    return new FfmpegSrtServer(await freePort(), folder, passphrase);
  }

  get url(): string {
    return `srt://127.0.0.1:${this.port}`;
  }

  /** Waits for the next stream. */
  listen(): void {
    this.#streams += 1;
    const secret = this.#passphrase === '' ? '' : `&passphrase=${this.#passphrase}`;
    const input = ['-v', 'error', '-f', 'data', '-i', `${this.url}?mode=listener${secret}`];
    const output = ['-map', '0', '-c', 'copy', '-f', 'data', '-flush_packets', '1', '-y'];
    const args = [...input, ...output, this.#file(this.#streams)];
    this.#child = spawn(ffmpegBin, args, { stdio: 'ignore' });
  }

  /** Resolves with the latest stream once the sender has ended the connection. */
  async received(): Promise<ReadStream[]> {
    const child = this.#child;
    if (child?.exitCode === null) await once(child, 'exit');
    return probeBytes(await readFile(this.#file(this.#streams)));
  }

  /** The number of bytes of the latest stream so far. */
  async receivedBytes(): Promise<number> {
    const bytes = await readFile(this.#file(this.#streams)).catch(() => Buffer.alloc(0));
    return bytes.length;
  }

  /** Neither reads nor acknowledges anything until {@link kill}. */
  freeze(): void {
    this.#child?.kill('SIGSTOP');
  }

  /** Breaks the connection as a crash would. */
  async kill(): Promise<void> {
    const child = this.#child;
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    const ended = once(child, 'exit');
    child.kill('SIGKILL');
    await ended;
  }

  async close(): Promise<void> {
    await this.kill();
    await rm(this.#folder, { recursive: true, force: true });
  }

  #file(stream: number): string {
    return join(this.#folder, `${stream}.ts`);
  }
}
