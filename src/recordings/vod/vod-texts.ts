import { promisify } from 'node:util';
import { crc32, gzip } from 'node:zlib';
import { Injectable } from '@nestjs/common';
import type { Turns } from '../../common/turns.js';
import { RecordingFiles } from '../recording-files.js';
import { CostlyReads } from './costly-reads.js';
import { previewsOf, previewsVtt } from './previews.js';
import { VodCatalog, type VodEntry } from './vod-catalog.js';
import { type VodKind } from './vod-kind.js';
import { playlistsOf, vodMedia, vodMultivariant } from './vod-playlists.js';

/** A playlist or preview list, ready to send. */
export type VodText = Readonly<{
  type: string;
  bytes: Uint8Array;
  isGzip: boolean;
  /** A strong entity tag, including its quotes. */
  etag: string;
}>;

type TextRequest = Readonly<{
  kind: VodKind;
  id: string;
  /** A name accepted by {@link isVodText}. */
  file: string;
  gzip: boolean;
  /** The caller's key for rate limits. */
  client: string;
}>;

/**
 * The cache limit in bytes; the least recently used text is evicted. The playlist of a one-day
 * recording takes 4.4 MB, or a tenth of that when compressed.
 */
const KEPT_BYTES = 64 * 1_048_576;
const FILE = /^(?:index\.m3u8|thumbnails\.vtt|(video-\d|opus|aac)\.m3u8)$/;
const PLAYLIST_TYPE = 'application/vnd.apple.mpegurl';
const VTT_TYPE = 'text/vtt; charset=utf-8';

const compress = promisify(gzip);

/** Whether a file name is that of a playlist or preview list. */
export const isVodText = (file: string): boolean => FILE.test(file);

/**
 * Renders the playlists and preview lists of finished recordings on first request, and caches them.
 */
@Injectable()
export class VodTexts {
  /** Rendered texts, least recently used first. */
  readonly #rendered = new Map<string, VodText>();
  /** Texts being rendered, bounded by the queue. */
  readonly #rendering = new Map<string, Promise<VodText | null>>();
  #bytes = 0;

  constructor(
    private readonly catalog: VodCatalog,
    private readonly files: RecordingFiles,
    private readonly costly: CostlyReads,
  ) {
    catalog.events.on('forgotten', (kind, id) => this.#forget(kind, id));
  }

  /**
   * Returns a text; null if it does not exist.
   * @throws {DomainError} `rate_limited`, `unavailable` if the text has to be rendered first and
   *   can't be rendered now
   */
  async find(request: TextRequest): Promise<VodText | null> {
    const { kind, id, file, gzip: isGzip } = request;
    const name = `${kind}/${id}/${file}${isGzip ? '.gz' : ''}`;
    const known = this.#rendered.get(name);
    if (known) {
      this.#rendered.delete(name);
      this.#rendered.set(name, known);
      return known;
    }
    return this.#rendering.get(name) ?? this.#begin(name, request);
  }

  #begin(name: string, request: TextRequest): Promise<VodText | null> {
    const rendering = this.#render(request);
    this.#rendering.set(name, rendering);
    const settle = (text: VodText | null): void => {
      // The text was invalidated in the meantime, so the result is not cached.
      if (this.#rendering.get(name) !== rendering) return;
      this.#rendering.delete(name);
      if (text) this.#remember(name, text);
    };
    rendering.then(settle, () => settle(null));
    return rendering;
  }

  async #render({ kind, id, file, gzip: isGzip, client }: TextRequest): Promise<VodText | null> {
    const entry = await this.catalog.find(kind, id, client);
    if (!entry) return null;
    return this.costly.run(client, async (turns) => {
      const text = await this.#textOf(entry, file, turns);
      if (!text) return null;
      const type = file.endsWith('.vtt') ? VTT_TYPE : PLAYLIST_TYPE;
      const mark = `${text.length.toString(36)}-${crc32(text).toString(36)}`;
      // A different encoding requires a different tag (RFC 9110, section 8.8.3.3).
      if (!isGzip) return { type, bytes: text, isGzip, etag: `"${mark}"` };
      return { type, bytes: await compress(text), isGzip, etag: `"${mark}-gz"` };
    });
  }

  async #textOf({ key, vod }: VodEntry, file: string, turns: Turns): Promise<Uint8Array | null> {
    if (file === 'index.m3u8') return Buffer.from(vodMultivariant(vod));
    if (file === 'thumbnails.vtt') {
      const pictures = await this.files.journals.pictures(key, turns);
      return previewsVtt(await previewsOf(vod, pictures, turns), turns);
    }
    const [, id] = FILE.exec(file) ?? [];
    const playlist = playlistsOf(vod).find((one) => one.id === id);
    return playlist ? vodMedia(playlist, turns) : null;
  }

  #forget(kind: VodKind, id: string): void {
    const prefix = `${kind}/${id}/`;
    for (const name of this.#rendering.keys())
      if (name.startsWith(prefix)) this.#rendering.delete(name);
    for (const name of this.#rendered.keys()) if (name.startsWith(prefix)) this.#drop(name);
  }

  #remember(name: string, text: VodText): void {
    this.#rendered.set(name, text);
    this.#bytes += text.bytes.length;
    for (const oldest of this.#rendered.keys()) {
      if (this.#bytes <= KEPT_BYTES || oldest === name) return;
      this.#drop(oldest);
    }
  }

  #drop(name: string): void {
    this.#bytes -= this.#rendered.get(name)?.bytes.length ?? 0;
    this.#rendered.delete(name);
  }
}
