import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { registerWithChannel } from '../test/support/people.js';
import { AUDIO_STREAM, type Film, FILM_STREAMS, FRAMES_PER_SECOND } from './hls-film.js';
import type { FilmSending, SentFrame } from './hls-film-source.js';
import type { PartNoted, ServedTracks, Used, Where } from './hls-server.js';
import { MeasuredProcess } from './measured-process.js';

/** What is in their names before the number, in `hls-server.ts`, too. */
const CHANNEL = 'bench';
/** No fraction of the time between frames. */
const BETWEEN_SOURCES_MS = 7;

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

type Options = {
  broadcasts?: number;
  /** Where else the first broadcast's packets are sent, one pair of ports a stream. */
  besides?: readonly PortPair[];
  recorded?: boolean;
};

/** The service with a film as its broadcasts: 3 layers and the sound each, at `/hls/bench-0` and so on. */
export class ServedFilm {
  readonly #server: MeasuredProcess;
  readonly #sources: readonly ChildProcess[];
  readonly #folder: string;

  private constructor(parts: { server: MeasuredProcess; sources: ChildProcess[]; folder: string }) {
    this.#server = parts.server;
    this.#sources = parts.sources;
    this.#folder = parts.folder;
  }

  static async start(
    film: Film,
    { broadcasts = 1, besides = [], recorded = false }: Options = {},
  ): Promise<ServedFilm> {
    const folder = await mkdtemp(join(tmpdir(), 'onair-bench-'));
    const server = await MeasuredProcess.start('hls-server.ts', {
      args: [JSON.stringify(TRACKS), String(broadcasts), ...(recorded ? ['recorded'] : [])],
      env: { BENCH_DATA_DIR: folder },
    });
    await registerWithChannel(server.url, `${CHANNEL}-0`);
    const { rtpPorts } = await server.ask<Where>({ name: 'where' });
    const sources = await Promise.all(
      rtpPorts.map((port, i) => startSource(film, port, i === 0 ? besides : [])),
    );
    return new ServedFilm({ server, sources, folder });
  }

  /** Of the first one's multivariant playlist, which can be had a few seconds after {@link play}. */
  get url(): string {
    return `${this.#server.url}/hls/${CHANNEL}-0/index.m3u8`;
  }

  get pid(): number {
    return this.#server.pid;
  }

  /** Not all in the same instant, as publishers don't. */
  async play(): Promise<void> {
    for (const source of this.#sources) {
      source.send('go');
      await pause(BETWEEN_SOURCES_MS);
    }
  }

  /** When the first one's frames of the top layer were sent, the newest thousand of them. */
  async framesSent(): Promise<SentFrame[]> {
    const [source] = this.#sources;
    if (!source) return [];
    const answered = once(source, 'message');
    source.send('sent');
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
    for (const source of this.#sources) source.disconnect();
    await this.#server.stop();
    await rm(this.#folder, { recursive: true, force: true });
  }
}

async function startSource(
  film: Film,
  rtpPort: number,
  besides: readonly PortPair[],
): Promise<ChildProcess> {
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
  return source;
}
