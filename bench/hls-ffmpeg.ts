import { type ChildProcess, spawn } from 'node:child_process';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { AUDIO_STREAM, type Film, FILM_STREAMS } from './hls-film.js';
import type { PortPair } from './hls-served.js';
import { cpuUsOf } from './process-cpu.js';

const POLL_MS = 200;
const POLLS_MAX = 150;

/** A minimal packager of the same streams: `ffmpeg -c copy` from RTP to HLS in fMP4. */
export class FfmpegCopy {
  readonly ports: readonly PortPair[];
  readonly #folder: string;
  #child: ChildProcess | undefined;
  #said = '';

  private constructor(folder: string, ports: readonly PortPair[]) {
    this.#folder = folder;
    this.ports = ports;
  }

  /**
   * Finds ports to send to. FFmpeg listens on them once it runs, and must be started while packets
   * arrive.
   */
  static async prepare(film: Film): Promise<FfmpegCopy> {
    const folder = await mkdtemp(join(tmpdir(), 'onair-ffmpeg-'));
    const ports = await freePortPairs(FILM_STREAMS.length);
    await writeFile(join(folder, 'film.sdp'), sessionDescription(film, ports));
    return new FfmpegCopy(folder, ports);
  }

  /** Resolves when FFmpeg has written segments of all streams. */
  async start(): Promise<void> {
    const videos = FILM_STREAMS.slice(0, AUDIO_STREAM).map((_one, i) => `v:${i},agroup:sound`);
    const args = [
      '-hide_banner -v error -protocol_whitelist file,udp,rtp -i film.sdp -map 0 -c copy',
      '-f hls -hls_time 2 -hls_segment_type fmp4 -hls_list_size 15 -hls_flags delete_segments',
    ].flatMap((some) => some.split(' '));
    args.push('-var_stream_map', [...videos, 'a:0,agroup:sound'].join(' '), '%v.m3u8');
    this.#child = spawn(process.env.FFMPEG_BIN || 'ffmpeg', args, {
      cwd: this.#folder,
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    this.#child.stderr?.on('data', (chunk: Buffer) => (this.#said += chunk.toString()));
    await this.#hasWritten();
  }

  /** Returns FFmpeg's CPU time so far, in microseconds. */
  cpuUs(): Promise<number> {
    return cpuUsOf(this.#child?.pid ?? 0);
  }

  async stop(): Promise<void> {
    if (this.#child?.exitCode === null) {
      const exited = once(this.#child, 'exit');
      this.#child.kill('SIGKILL');
      await exited;
    }
    await rm(this.#folder, { recursive: true, force: true });
  }

  async #hasWritten(): Promise<void> {
    for (let poll = 0; poll < POLLS_MAX; poll += 1) {
      const names = await readdir(this.#folder);
      if (names.filter((name) => name.endsWith('.m3u8')).length === FILM_STREAMS.length) return;
      if (this.#child?.exitCode !== null) break;
      await pause(POLL_MS);
    }
    throw new Error(`FFmpeg wrote nothing: ${this.#said}`);
  }
}

function sessionDescription({ parameterSets }: Film, ports: readonly PortPair[]): string {
  const media = FILM_STREAMS.map(({ payloadType, clockRate }, i) =>
    i === AUDIO_STREAM
      ? `m=audio ${ports[i]?.rtp} RTP/AVP ${payloadType}\na=rtpmap:${payloadType} opus/${clockRate}/2`
      : `m=video ${ports[i]?.rtp} RTP/AVP ${payloadType}\na=rtpmap:${payloadType} H264/${clockRate}\na=fmtp:${payloadType} packetization-mode=1;sprop-parameter-sets=${parameterSets[i]}`,
  );
  return [
    'v=0',
    'o=- 0 0 IN IP4 127.0.0.1',
    's=film',
    'c=IN IP4 127.0.0.1',
    't=0 0',
    ...media,
    '',
  ].join('\n');
}

/**
 * Returns free even ports whose next port is also free, as RTP requires without multiplexing (RFC
 * 3550, section 11).
 */
async function freePortPairs(count: number): Promise<PortPair[]> {
  const pairs: PortPair[] = [];
  while (pairs.length < count) {
    const rtp = (await freePort()) & ~1;
    if ((await isFree(rtp)) && (await isFree(rtp + 1)) && !pairs.some((pair) => pair.rtp === rtp))
      pairs.push({ rtp, rtcp: rtp + 1 });
  }
  return pairs;
}

async function freePort(port = 0): Promise<number> {
  const socket = createSocket('udp4').bind(port);
  await once(socket, 'listening');
  const free = socket.address().port;
  const closed = once(socket, 'close');
  socket.close();
  await closed;
  return free;
}

const isFree = (port: number): Promise<boolean> =>
  freePort(port).then(
    () => true,
    () => false,
  );
