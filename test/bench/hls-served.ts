import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { AUDIO_STREAM, type Film, FILM_STREAMS, FRAMES_PER_SECOND } from './hls-film.js';
import type { FilmSending, SentFrame } from './hls-film-source.js';
import type { PartNoted, ServedTracks, Used, Where } from './hls-server.js';
import { MeasuredProcess } from './measured-process.js';

/** What a stream's packets and reports are sent to, on 127.0.0.1. */
export type PortPair = { rtp: number; rtcp: number };

const TRACKS: ServedTracks = {
  video: {
    codecs: [
      {
        mimeType: 'video/H264',
        payloadType: 103,
        clockRate: 90_000,
        parameters: { 'packetization-mode': 1, 'profile-level-id': '42e01f' },
        rtcpFeedback: [{ type: 'nack' }, { type: 'nack', parameter: 'pli' }],
      },
    ],
    encodings: FILM_STREAMS.slice(0, AUDIO_STREAM).map(({ ssrc }) => ({ ssrc })),
  },
  audio: {
    codecs: [{ mimeType: 'audio/opus', payloadType: 111, clockRate: 48_000, channels: 2 }],
    encodings: FILM_STREAMS.slice(AUDIO_STREAM).map(({ ssrc }) => ({ ssrc })),
  },
};

/** The service with a film as its one broadcast: 3 layers and the sound, at `/hls/bench`. */
export class ServedFilm {
  readonly #server: MeasuredProcess;
  readonly #source: ChildProcess;
  readonly #folder: string;
  readonly pid: number;

  private constructor(parts: {
    server: MeasuredProcess;
    source: ChildProcess;
    folder: string;
    pid: number;
  }) {
    this.#server = parts.server;
    this.#source = parts.source;
    this.#folder = parts.folder;
    this.pid = parts.pid;
  }

  /** @param besides where else each stream's packets are sent, one pair of ports a stream */
  static async start(film: Film, besides: readonly PortPair[] = []): Promise<ServedFilm> {
    const folder = await mkdtemp(join(tmpdir(), 'onair-bench-'));
    const server = await MeasuredProcess.start('hls-server.ts', {
      args: [JSON.stringify(TRACKS)],
      env: { BENCH_DATA_DIR: folder },
    });
    const { rtpPort, pid } = await server.ask<Where>({ name: 'where' });
    const sending: FilmSending = {
      path: film.path,
      durationMs: film.durationMs,
      framesPerSecond: FRAMES_PER_SECOND,
      streams: FILM_STREAMS,
      targets: [
        FILM_STREAMS.map(() => ({ rtp: rtpPort, rtcp: rtpPort })),
        ...(besides.length > 0 ? [besides] : []),
      ],
    };
    const source = fork(join(import.meta.dirname, 'hls-film-source.ts'), [JSON.stringify(sending)]);
    await once(source, 'message');
    return new ServedFilm({ server, source, folder, pid });
  }

  /** Of the multivariant playlist, which can be had a few seconds after {@link play}. */
  get url(): string {
    return `${this.#server.url}/hls/bench/index.m3u8`;
  }

  play(): void {
    this.#source.send('go');
  }

  pause(): void {
    this.#source.send('stop');
  }

  /** When the top layer's frames were sent, the newest thousand of them. */
  async framesSent(): Promise<SentFrame[]> {
    const answered = once(this.#source, 'message');
    this.#source.send('sent');
    const [frames]: SentFrame[][] = await answered;
    return frames ?? [];
  }

  /** What the service's process and the media worker have used so far. */
  used(): Promise<Used> {
    return this.#server.ask<Used>({ name: 'used' });
  }

  /** From now on it is noted when a rendition's parts come, up to a bound. */
  async noteParts(rendition: string): Promise<void> {
    await this.#server.ask({ name: 'note', rendition });
  }

  /** What was noted since it was asked for last. */
  partsNoted(): Promise<PartNoted[]> {
    return this.#server.ask<PartNoted[]>({ name: 'parts' });
  }

  async stop(): Promise<void> {
    this.#source.disconnect();
    await this.#server.stop();
    await rm(this.#folder, { recursive: true, force: true });
  }
}
