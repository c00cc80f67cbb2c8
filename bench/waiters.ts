import { gunzipSync } from 'node:zlib';
import type { ServedFilm } from './hls-served.js';
import { fetchLive, type LivePlaylist, playlistUrl, readLive, withPart } from './live-playlist.js';
import { MeasuredProcess } from './measured-process.js';

export type Connect = { name: 'connect'; url: string; clients: number };
export type Ask = { name: 'ask'; path: string };
/**
 * The times when viewers had received their responses, in ms since 1970, and the body of one
 * response, in base64.
 */
export type Answered = { atMs: number[]; body: string };
export type Wake = { name: 'wake'; count: number; body: string };
export type Woken = { atMs: number };

/** The times of the responses to one part, in ms after the part became available. */
export type WakeUp = { medianMs: number; lastMs: number; body: string };

const RENDITION = 'video-2';

/**
 * Viewers of a live broadcast, who each request the playlist with the next part and wait for it.
 */
export class Waiters {
  readonly #served: ServedFilm;
  readonly #load: MeasuredProcess;
  readonly #playlist: string;
  readonly #count: number;
  #next: LivePlaylist['next'];

  private constructor(
    served: ServedFilm,
    { load, live, playlist, count }: Connected & { live: LivePlaylist; playlist: string },
  ) {
    this.#served = served;
    this.#load = load;
    this.#playlist = playlist;
    this.#count = count;
    this.#next = live.next;
  }

  static async of(served: ServedFilm, count: number): Promise<Waiters> {
    const playlist = await playlistUrl(served.url, RENDITION);
    const { load } = await connected(served.url, count);
    await served.noteParts(RENDITION);
    const live = await fetchLive(playlist);
    return new Waiters(served, { load, live, playlist, count });
  }

  /** Makes all viewers send one request and wait. Null if the part arrived before some requests. */
  async wakeUp(): Promise<WakeUp | null> {
    const { msn, part } = this.#next;
    const url = new URL(withPart(this.#playlist, this.#next));
    const path = `${url.pathname}${url.search}`;
    const answered = await this.#load.ask<Answered>({ name: 'ask', path });
    this.#next = readLive(decoded(answered.body), this.#playlist).next;
    const parts = await this.#served.partsNoted();
    const come = parts.find((one) => one.msn === msn && one.part === part);
    return come && come.waiting >= this.#count ? wakeUp(answered, come.atMs) : null;
  }

  async stop(): Promise<void> {
    await this.#load.stop();
  }
}

/** The same viewers with a server that does nothing else. */
export class BareWaiters {
  readonly #server: MeasuredProcess;
  readonly #load: MeasuredProcess;
  readonly #count: number;

  private constructor(server: MeasuredProcess, { load, count }: Connected) {
    this.#server = server;
    this.#load = load;
    this.#count = count;
  }

  static async of(count: number): Promise<BareWaiters> {
    const server = await MeasuredProcess.start('waiters-bare-server.ts');
    return new BareWaiters(server, await connected(server.url, count));
  }

  /** Makes all viewers send one request, and answers with this body. */
  async wakeUp(body: string): Promise<WakeUp> {
    const [answered, { atMs }] = await Promise.all([
      this.#load.ask<Answered>({ name: 'ask', path: '/' }),
      this.#server.ask<Woken>({ name: 'wake', count: this.#count, body }),
    ]);
    return wakeUp(answered, atMs);
  }

  async stop(): Promise<void> {
    await this.#load.stop();
    await this.#server.stop();
  }
}

type Connected = { load: MeasuredProcess; count: number };

async function connected(url: string, clients: number): Promise<Connected> {
  const load = await MeasuredProcess.start('waiters-load.ts');
  await load.ask({ name: 'connect', url, clients });
  return { load, count: clients };
}

function wakeUp({ atMs, body }: Answered, fromMs: number): WakeUp {
  const sorted = atMs.map((one) => one - fromMs).toSorted((a, b) => a - b);
  const medianMs = sorted[Math.floor(sorted.length / 2)] ?? 0;
  return { medianMs, lastMs: sorted.at(-1) ?? 0, body };
}

const decoded = (body: string): string => gunzipSync(Buffer.from(body, 'base64')).toString();
