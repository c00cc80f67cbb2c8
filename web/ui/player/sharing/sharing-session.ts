import HlsJs, { type Fragment } from 'hls.js';
import { effect } from '@preact/signals';
import { pause } from '../../../client/pause.js';
import type { SharingFigures } from '../../../client/receive-stats.js';
import { SegmentDigests } from './segment-digests.js';
import { readSegmentName, type SegmentName } from './segment-name.js';
import type { SharingSource } from './sharing-source.js';
import { type SharedSegment, Swarm, type Transferred } from './swarm.js';
import { swarmLoader, type SwarmSource } from './swarm-loader.js';

/**
 * The number of a rendition's newest segments that are shared, which is the number of digests on
 * the server.
 */
const LISTED_MAX = 30;
/**
 * The minimum time between two requests for the swarms after a failure or a warning, in
 * milliseconds.
 */
const AGAIN_MS = 15_000;
/** How long playback waits for a segment's digest before it loads the segment from the server. */
const LISTING_MS = 1_500;
/**
 * After an announced change, viewers request the swarms at random times within this period, not all
 * at once.
 */
const SPREAD_MS = 2_000;

/** Shares the segments that a player plays, while that is allowed. */
export class SharingSession implements SwarmSource {
  readonly digests = new SegmentDigests();
  readonly #source: SharingSource;
  readonly #video: HTMLVideoElement;
  readonly #transferred: Transferred = { received: 0, sent: 0, fromServer: 0, rejected: 0 };
  readonly #offs: (() => void)[];
  #current: { run: string; id: string; swarm: Swarm } | null = null;
  /** The request for the swarms that is in progress. */
  #joining: Promise<void> | null = null;
  #joinedMs = Number.NEGATIVE_INFINITY;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #version: number;
  /** The segment listings in progress, by rendition. */
  readonly #listing = new Map<string, Promise<void>>();
  #closed = false;

  constructor(source: SharingSource, video: HTMLVideoElement) {
    this.#source = source;
    this.#video = video;
    this.#version = source.version.peek();
    const onPlayback = (): void => this.swarm?.playback(video.currentTime, video.playbackRate);
    const events = ['timeupdate', 'seeking', 'ratechange'];
    for (const name of events) video.addEventListener(name, onPlayback);
    this.#offs = [
      () => events.forEach((name) => video.removeEventListener(name, onPlayback)),
      effect(() => {
        if (!source.isAllowed.value) this.#leave();
      }),
      effect(() => {
        const version = source.version.value;
        if (version !== this.#version) this.#check(Math.random() * SPREAD_MS);
        this.#version = version;
      }),
    ];
  }

  get swarm(): Swarm | null {
    return this.#current?.swarm ?? null;
  }

  get figures(): SharingFigures {
    return { ...this.#transferred, peers: this.swarm?.peers ?? 0 };
  }

  /**
   * Resolves with the swarm from which a segment can be loaded; null to load the segment from the
   * server.
   */
  async swarmFor(name: SegmentName): Promise<Swarm | null> {
    // hls.js requests a new segment immediately, while its digest is still being requested.
    const listing = this.#listing.get(name.rendition);
    if (listing) await Promise.race([listing, pause(LISTING_MS)]);
    return this.swarm?.has(name) ? this.swarm : null;
  }

  /** The class with which hls.js loads segments. */
  get loader() {
    return swarmLoader(this);
  }

  /** Shares what an instance of hls.js plays. */
  attach(hls: HlsJs): void {
    // The URLs of the next instance can contain another token.
    this.#leave();
    const { LEVEL_UPDATED, AUDIO_TRACK_UPDATED } = HlsJs.Events;
    hls.on(LEVEL_UPDATED, (_event, { details }) => this.#list(details.fragments));
    hls.on(AUDIO_TRACK_UPDATED, (_event, { details }) => this.#list(details.fragments));
    hls.on(HlsJs.Events.LEVEL_SWITCHING, (_event, { bitrate }) => this.swarm?.bitrate(bitrate));
  }

  close(): void {
    this.#closed = true;
    clearTimeout(this.#timer);
    for (const off of this.#offs) off();
    this.#leave();
  }

  #leave(): void {
    this.#current?.swarm.close();
    this.#current = null;
  }

  /** Lists the newest segments of a rendition in the swarm of their run. */
  #list(fragments: readonly Fragment[]): void {
    const segments = fragments.slice(-LISTED_MAX).flatMap(sharedSegment);
    const last = segments.at(-1);
    if (!last || !this.#source.isAllowed.peek()) return;
    const { rendition } = last.name;
    // The next playlist update will include these segments.
    if (this.#listing.has(rendition)) return;
    const done = this.#listNow(segments, last).finally(() => this.#listing.delete(rendition));
    this.#listing.set(rendition, done);
  }

  async #listNow(
    segments: readonly SharedSegment[],
    { name: { rendition, run, digestsUrl }, url: lastUrl }: SharedSegment,
  ): Promise<void> {
    await this.#join(run);
    if (this.#current?.run !== run) return;
    if (!this.digests.has(lastUrl)) await this.digests.refresh(digestsUrl);
    if (this.#current?.run !== run) return;
    const known = segments.filter(({ url, name }) => name.run === run && this.digests.has(url));
    this.#current.swarm.list(rendition, known);
  }

  /** Joins the swarm of a run, unless it has been joined or a request was made recently. */
  async #join(run: string): Promise<void> {
    if (this.#current?.run === run) return;
    // The swarm of a new run is requested at once. If there was no swarm, the next request waits.
    const isNew = this.#current !== null;
    this.#leave();
    if (isNew || performance.now() - this.#joinedMs > AGAIN_MS)
      this.#joining ??= this.#request(run);
    await this.#joining;
  }

  async #request(run: string): Promise<void> {
    this.#joinedMs = performance.now();
    try {
      const sharing = await this.#source.fetch();
      const id = sharing.swarms.find((one) => one.run === run)?.swarm;
      const isAllowed = !this.#closed && this.#source.isAllowed.peek();
      if (this.#current?.run === run && this.#current.id === id && sharing.tracker) return;
      this.#leave();
      if (!isAllowed || sharing.tracker === null) return;
      if (id === undefined) return this.#source.lackSwarm();
      const options = { swarm: id, sharing, digests: this.digests };
      const onWarning = (): void => this.#check(AGAIN_MS * (1 + Math.random()));
      const swarm = new Swarm({ ...options, onWarning }, this.#transferred);
      swarm.playback(this.#video.currentTime, this.#video.playbackRate);
      this.#current = { run, id, swarm };
    } catch {
      // The service can't be reached, or this viewer may no longer watch: then nothing is shared.
    } finally {
      this.#joining = null;
    }
  }

  /** Checks after the delay whether the swarm still exists. */
  #check(delayMs: number): void {
    if (this.#closed || this.#current === null) {
      this.#joinedMs = Number.NEGATIVE_INFINITY;
      return;
    }
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      if (this.#current) this.#joining ??= this.#request(this.#current.run);
    }, delayMs);
  }
}

function sharedSegment({ url, start, end }: Fragment): SharedSegment[] {
  const name = readSegmentName(url);
  return name === null ? [] : [{ name, url, startS: start, endS: end }];
}
