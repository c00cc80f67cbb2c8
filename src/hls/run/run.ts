import { randomBytes } from 'node:crypto';
import type { SegmentKeeper } from '../../broadcast/ports/recording.js';
import type { Clock } from '../../common/clock.js';
import type { Log } from '../../common/logger.js';
import { TypedEmitter } from '../../common/typed-emitter.js';
import type { Config } from '../../config/config.js';
import type { BroadcastFiles, FilesOwner } from './broadcast-files.js';
import { OnDemand } from './on-demand.js';
import type { RenditionReport } from '../../media/playlist/media-playlist.js';
import { PlaylistWaiters } from './playlist-waiters.js';
import { RenditionDigests } from './rendition-digests.js';
import { RenditionPlaylist } from './rendition-playlist.js';
import { keepRendition } from './keep-rendition.js';
import { Rendition, type RenditionAbout, type RenditionKeeper } from './rendition.js';
import type { RenditionId } from '../timeline/rendition-writer.js';
import { runMultivariant } from './run-multivariant.js';
import { partTargetS, targetDurationS } from '../timeline/targets.js';

/** Limits of a run; tests lower them. */
export type RunLimits = Readonly<{
  /**
   * The maximum total size of segments in memory, in bytes. Beyond it, segments are stored only on
   * disk, or dropped.
   */
  memoryBytes: number;
  /** The maximum number of waiting requests. */
  waiting: number;
  waitingPerConnection: number;
  /** RFC 8216bis 6.2.5.2: a request waits at most three target durations. */
  waitMs: number;
  /** The idle time after which an on-demand rendition stops. */
  idleMs: number;
}>;

export type RunOptions = Readonly<{
  config: Config['hls'];
  clock: Clock;
  /** The log, bound to the channel and the broadcast. */
  log: Log;
  /** The broadcast's files, opened by the SegmentStore. */
  files: BroadcastFiles;
  limits?: Partial<RunLimits>;
  /**
   * Records segments, which are then stored after they leave the window; absent if the broadcast
   * isn't recorded.
   */
  keeper?: SegmentKeeper;
}>;

const ID_BYTES = 12;
const MEMORY_MAX_BYTES = 64 * 1_048_576;
const WAITING_MAX = 20_000;
const WAITING_PER_CONNECTION_MAX = 8;
const WAIT_TARGETS = 3;
const IDLE_MS = 30_000;

/** A run's rendition with its playlist and digests. */
export type FoundRendition = Readonly<{
  run: Run;
  rendition: Rendition;
  playlist: RenditionPlaylist;
  digests: RenditionDigests;
}>;

/**
 * A set of renditions with the same segments. The segmenter writes them, and requests read them.
 */
export class Run implements FilesOwner {
  /**
   * A random id that is safe in paths. It can't be guessed, and it keeps caches from serving
   * another run's segments.
   */
  readonly id = randomBytes(ID_BYTES).toString('base64url');
  readonly #emitter = new TypedEmitter<{
    ready: [];
    wanted: [RenditionId];
    unwanted: [RenditionId];
  }>();
  /**
   * `ready`: its playlists can be played. `wanted`: an on-demand rendition was requested.
   * `unwanted`: it has not been requested for half a minute.
   */
  readonly events = this.#emitter.listenable;
  /** EXT-X-TARGETDURATION of all the run's playlists. */
  readonly targetDurationS: number;
  /** PART-TARGET of all the run's playlists. */
  readonly partTargetS: number;
  /** The requests waiting for the run's media. */
  readonly waiters: PlaylistWaiters;
  readonly #options: RunOptions;
  readonly #limits: RunLimits;
  readonly #entries = new Map<string, FoundRendition>();
  readonly #onDemand = new Map<string, OnDemand>();
  #memoryBytes = 0;
  #isReady = false;
  #ended = false;
  #closed = false;
  #multivariant: { atVersion: number; text: string } | null = null;

  constructor(options: RunOptions) {
    const { segmentS, partS } = options.config;
    this.#options = options;
    this.targetDurationS = targetDurationS(segmentS);
    this.partTargetS = partTargetS(partS);
    this.#limits = {
      memoryBytes: MEMORY_MAX_BYTES,
      waiting: WAITING_MAX,
      waitingPerConnection: WAITING_PER_CONNECTION_MAX,
      waitMs: WAIT_TARGETS * this.targetDurationS * 1_000,
      idleMs: IDLE_MS,
      ...options.limits,
    };
    this.waiters = new PlaylistWaiters({
      max: this.#limits.waiting,
      maxPerConnection: this.#limits.waitingPerConnection,
      waitMs: this.#limits.waitMs,
    });
    options.files.addOwner(this);
  }

  /** The renditions by id. */
  get renditions(): ReadonlyMap<string, Rendition> {
    return new Map([...this.#entries].map(([id, { rendition }]) => [id, rendition]));
  }

  get isReady(): boolean {
    return this.#isReady;
  }

  get ended(): boolean {
    return this.#ended;
  }

  /** The length of the rewind window, in whole seconds. */
  get rewindS(): number {
    return Math.ceil(this.#options.config.rewindMs / 1_000);
  }

  /** The maximum number of parts in a segment, provided no part is shorter than the target. */
  get partsInSegment(): number {
    return Math.ceil(this.targetDurationS / this.partTargetS);
  }

  /** The size of segments in memory, in bytes. */
  get memoryBytes(): number {
    return this.#memoryBytes;
  }

  /** The number of requests waiting for the run's media. */
  get waiting(): number {
    return this.waiters.size;
  }

  /** Returns a rendition, creating it if necessary. */
  rendition(id: RenditionId, about: RenditionAbout): Rendition {
    const known = this.#entries.get(id);
    if (known) return known.rendition;
    const { files, clock, config } = this.#options;
    const rendition = new Rendition({
      id,
      about,
      files,
      folder: `${this.id}/${id}`,
      clock,
      rewindMs: config.rewindMs,
      targetDurationS: this.targetDurationS,
      onMemory: (bytes) => this.#onMemory(bytes),
      onChanged: () => this.#onChanged(),
      keeper: isOnDemand(about) ? null : this.#keeperOf(id),
    });
    const playlist = new RenditionPlaylist(rendition, {
      targetDurationS: this.targetDurationS,
      partTargetS: this.partTargetS,
      reports: () => this.#reportsFor(id),
    });
    const digests = new RenditionDigests(rendition);
    this.#entries.set(id, { run: this, rendition, playlist, digests });
    if (isOnDemand(about)) this.#onDemand.set(id, this.#watch(id));
    return rendition;
  }

  /** Returns a rendition and its playlist by an untrusted id; null if the id is unknown. */
  find(id: string): FoundRendition | null {
    return this.#entries.get(id) ?? null;
  }

  /** Records a request for a rendition; only a playlist request starts an on-demand one. */
  requested(id: string, { forPlaylist }: { forPlaylist: boolean }): void {
    if (!this.#ended) this.#onDemand.get(id)?.requested(forPlaylist);
  }

  /**
   * Whether a rendition has every finished segment that the others have; an on-demand rendition
   * starts later than they do.
   */
  hasCaughtUp(id: string): boolean {
    const newest = (one: Rendition): number => one.segments.at(-1)?.msn ?? -1;
    const own = this.#entries.get(id)?.rendition;
    const others = [...this.#entries.values()].map(({ rendition }) => newest(rendition));
    return own !== undefined && newest(own) >= Math.max(...others);
  }

  /** Returns the current multivariant playlist. */
  multivariant(): string {
    const atVersion = this.#version();
    if (this.#multivariant?.atVersion !== atVersion) {
      const { id: runId, targetDurationS: targetS } = this;
      const text = runMultivariant(this.renditions.values(), { runId, targetDurationS: targetS });
      this.#multivariant = { atVersion, text };
    }
    return this.#multivariant.text;
  }

  /** Opens a segment's file on disk. */
  async read(path: string) {
    return this.#options.files.read(path);
  }

  /** Drops the oldest segment of all renditions to free disk space. */
  dropOldest(): boolean {
    const all = [...this.#entries.values()].map(({ rendition }) => rendition);
    const first = all.flatMap(({ firstMsn }) => firstMsn ?? []).toSorted((a, b) => a - b)[0];
    if (first === undefined || !all.every((one) => one.canDrop(first))) return false;
    for (const one of all) one.dropThrough(first);
    return true;
  }

  /** Ends all playlists and releases waiting requests. Safe to call twice. */
  end(): void {
    if (this.#ended) return;
    this.#ended = true;
    for (const one of this.#onDemand.values()) one.close();
    for (const { rendition } of this.#entries.values()) rendition.end();
    this.waiters.releaseAll();
  }

  /** Ends the run and removes its data, including its files. Safe to call twice. */
  close(): void {
    if (this.#closed) return;
    this.end();
    this.#closed = true;
    for (const { rendition } of this.#entries.values()) rendition.close();
    this.#options.files.removeOwner(this);
    this.#options.files.removeAll(this.id);
    this.#emitter.clear();
  }

  #keeperOf(id: RenditionId): RenditionKeeper | null {
    const { keeper, files } = this.#options;
    return keeper ? keepRendition(keeper, { run: this.id, rendition: id, files }) : null;
  }

  #watch(id: RenditionId): OnDemand {
    return new OnDemand({
      idleMs: this.#limits.idleMs,
      onWanted: () => this.#emitter.emit('wanted', id),
      onUnwanted: () => this.#emitter.emit('unwanted', id),
    });
  }

  #onMemory(bytes: number): void {
    this.#memoryBytes += bytes;
    if (bytes > 0) this.#fitMemory();
  }

  /**
   * Frees memory until the run is within its limit: first the memory of the oldest finished
   * segments, then that of the largest open one.
   */
  #fitMemory(): void {
    while (this.#memoryBytes > this.#limits.memoryBytes) {
      const all = [...this.#entries.values()].map(({ rendition }) => rendition);
      const oldest = all
        .filter(({ firstInMemoryMsn }) => firstInMemoryMsn !== null)
        .toSorted((a, b) => (a.firstInMemoryMsn ?? 0) - (b.firstInMemoryMsn ?? 0))[0];
      if (oldest?.releaseOldest()) continue;
      const largest = all.toSorted((a, b) => openBytes(b) - openBytes(a))[0];
      if (!largest || openBytes(largest) === 0) return;
      this.#options.log.warn({ rendition: largest.id }, 'segment dropped because it is too large');
      largest.abandonOpen();
    }
  }

  #onChanged(): void {
    this.waiters.check();
    if (this.#isReady || !this.#canBePlayed()) return;
    this.#isReady = true;
    this.#emitter.emit('ready');
    this.waiters.check();
  }

  /**
   * Whether every rendition has finished its first segment, or one is so far ahead that the run no
   * longer waits for the rest.
   */
  #canBePlayed(): boolean {
    const live = [...this.#entries.values()]
      .map(({ rendition }) => rendition)
      .filter(({ id }) => !this.#onDemand.has(id));
    const finished = live.map(({ segments }) => segments.length);
    return (
      live.some((one) => one.hasSegment) && (!finished.includes(0) || Math.max(...finished) > 1)
    );
  }

  #version(): number {
    return [...this.#entries.values()].reduce((sum, { rendition }) => sum + rendition.version, 0);
  }

  /** RFC 8216bis 4.4.5.4: the positions of the other renditions. */
  #reportsFor(id: RenditionId): RenditionReport[] {
    return [...this.#entries.values()].flatMap(({ rendition }) => {
      const { msn, parts } = rendition.reach;
      if (rendition.id === id || parts === 0) return [];
      return [{ uri: `${rendition.id}.m3u8`, lastMsn: msn, lastPart: parts - 1 }];
    });
  }
}

/** On-demand renditions contain gaps. */
const isOnDemand = (about: RenditionAbout): boolean =>
  about.kind === 'audio' && about.onDemand === true;

const openBytes = ({ open }: Rendition): number => open?.memoryBytes ?? 0;
