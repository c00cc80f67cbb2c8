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

/** The prefix of channel names, which `hls-server.ts` also contains. */
const CHANNEL = 'bench';
/** The interval between the broadcasts' starts; not a fraction of the frame interval. */
const BETWEEN_SOURCES_MS = 7;

/** The ports for a stream's packets and reports on 127.0.0.1. */
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
  /** Additional targets for the first broadcast's packets, one pair of ports per stream. */
  besides?: readonly PortPair[];
  recorded?: boolean;
};

/**
 * The service with a film as its broadcasts: 3 layers and audio each, at `/hls/bench-0` and so on.
 */
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

  /**
   * The URL of the first broadcast's multivariant playlist, which exists a few seconds after {@link
   * play}.
   */
  get url(): string {
    return `${this.#server.url}/hls/${CHANNEL}-0/index.m3u8`;
  }

  get pid(): number {
    return this.#server.pid;
  }

  /** Starts the broadcasts one by one, like real publishers. */
  async play(): Promise<void> {
    for (const source of this.#sources) {
      source.send('go');
      await pause(BETWEEN_SOURCES_MS);
    }
  }

  /**
   * Returns the send times of the newest thousand frames of the first broadcast's highest layer.
   */
  async framesSent(): Promise<SentFrame[]> {
    const [source] = this.#sources;
    if (!source) return [];
    const answered = once(source, 'message');
    source.send('sent');
    const [frames]: SentFrame[][] = await answered;
    return frames ?? [];
  }

  /** Returns the resource use of the service's process and the media worker so far. */
  used(): Promise<Used> {
    return this.#server.ask<Used>({ name: 'used' });
  }

  /** Records the arrival of a rendition's parts from now on, up to a limit. */
  async noteParts(rendition: string): Promise<void> {
    await this.#server.ask({ name: 'note', rendition });
  }

  /** Returns the parts recorded since the last call. */
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
