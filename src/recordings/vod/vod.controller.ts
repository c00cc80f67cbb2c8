import { Readable } from 'node:stream';
import { promisify } from 'node:util';
import { gzip as gzipBytes } from 'node:zlib';
import { Controller, Get, Param, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { DomainError } from '../../common/domain-error.js';
import { takesGzip } from '../../hls/delivery/byte-range.js';
import { CROSS_ORIGIN } from '../../hls/delivery/hls-answer.js';
import { RecordingFiles } from '../recording-files.js';
import { previewsOf, previewsVtt } from './previews.js';
import { VodCatalog, type VodEntry, type VodKind } from './vod-catalog.js';
import { sendRanged } from './ranged-answer.js';
import { VodDoor } from './vod-door.js';
import { AAC_ID, aacOf } from './vod-aac.js';
import { VodSound } from './vod-sound.js';
import { vodMedia, vodMultivariant } from './vod-playlists.js';

const compress = promisify(gzipBytes);
const WITH_TOKEN = /^~([\w-]{1,400})\/(.+)$/;
const MEDIA_PLAYLIST = /^(video-\d|opus|aac)\.m3u8$/;
const AAC_FILE = /^([\w-]{16})\/aac\/(?:(init-0)\.mp4|(\d{1,9})\.m4s)$/;
const FILE =
  /^(?:[\w-]{16}\/(?:video-\d|opus)\/(?:init-\d{1,9}\.mp4|\d{1,9}\.m4s)|pictures\/[a-z0-9]{1,16}\.jpg)$/;
const PLAYLIST_TYPE = 'application/vnd.apple.mpegurl';

/** Recordings and clips as HLS. All that is relative to their playlists, so that a token in the path is carried along. */
@Controller('hls')
export class VodController {
  readonly #catalog: VodCatalog;
  readonly #door: VodDoor;
  readonly #files: RecordingFiles;
  readonly #sound: VodSound;

  constructor(catalog: VodCatalog, door: VodDoor, files: RecordingFiles, sound: VodSound) {
    this.#sound = sound;
    this.#catalog = catalog;
    this.#door = door;
    this.#files = files;
  }

  @Get('recordings/:id/*')
  async recording(
    @Param('id') id: string,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    await this.#answer('recordings', id, request, reply);
  }

  @Get('clips/:id/*')
  async clip(
    @Param('id') id: string,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    await this.#answer('clips', id, request, reply);
  }

  // oxlint-disable-next-line max-params -- what of which, and Fastify's pair.
  async #answer(
    kind: VodKind,
    id: string,
    request: FastifyRequest,
    reply: FastifyReply,
  ): Promise<void> {
    reply.headers(CROSS_ORIGIN);
    const asked = request.url.split('?', 1)[0]?.slice(`/hls/${kind}/${id}/`.length) ?? '';
    const [, token = null, rest = asked] = WITH_TOKEN.exec(asked) ?? [];
    const entry = /^[\da-f-]{36}$/.test(id) ? await this.#catalog.find(kind, id) : null;
    if (!entry) throw nothingHere();
    const who = await this.#door.whoFetches(entry, token);
    if (who === 'nobody') throw nothingHere();
    const text = textOf(entry, rest);
    if (text) return sendText(request, reply, text);
    const caching = who === 'all' ? 'public, max-age=86400, immutable' : 'private, max-age=3600';
    reply.header('cache-control', caching);
    const aac = AAC_FILE.exec(rest);
    if (aac) return this.#sendSound(entry, aac, request, reply);
    if (!FILE.test(rest)) throw nothingHere();
    await this.#sendFile(`${entry.key}/${rest}`, request, reply);
  }

  // oxlint-disable-next-line max-params -- what of which, and Fastify's pair.
  async #sendSound(
    entry: VodEntry,
    [, run = '', init, msn = '']: RegExpExecArray,
    request: FastifyRequest,
    reply: FastifyReply,
  ): Promise<void> {
    const bytes = init ? this.#sound.init : await this.#sound.segment(entry, run, Number(msn));
    if (!bytes) throw nothingHere();
    await sendRanged(request, reply, {
      byteLength: bytes.length,
      contentType: 'audio/mp4',
      etag: `"aac-${init ?? msn}-${bytes.length}"`,
      open: async ({ first, last }) => Readable.from([bytes.subarray(first, last + 1)]),
    });
  }

  async #sendFile(key: string, request: FastifyRequest, reply: FastifyReply): Promise<void> {
    const { store } = this.#files;
    const byteLength = await store.head(key);
    if (byteLength === null) throw nothingHere();
    const sent = await sendRanged(request, reply, {
      byteLength,
      contentType: typeOf(key),
      // What is under a key never changes.
      etag: `"${key.slice(key.lastIndexOf('/') + 1)}-${byteLength}"`,
      open: (range) => store.get(key, range),
    });
    if (!sent) throw nothingHere();
  }
}

type Text = Readonly<{ type: string; text: string }>;

/** What is written out of what is known; null: it is no such thing. */
function textOf({ vod, pictures }: VodEntry, path: string): Text | null {
  if (path === 'index.m3u8') return { type: PLAYLIST_TYPE, text: vodMultivariant(vod) };
  if (path === 'thumbnails.vtt')
    return { type: 'text/vtt; charset=utf-8', text: previewsVtt(previewsOf(vod, pictures)) };
  const [, id] = MEDIA_PLAYLIST.exec(path) ?? [];
  const rendition = id === AAC_ID ? aacOf(vod) : vod.renditions.find((one) => one.id === id);
  return rendition ? { type: PLAYLIST_TYPE, text: vodMedia(rendition) } : null;
}

async function sendText(
  { headers }: FastifyRequest,
  reply: FastifyReply,
  { type, text }: Text,
): Promise<void> {
  const gzip = takesGzip(headers['accept-encoding']);
  // A playlist of three hours is half a megabyte, and a tenth of that compressed: not beside everything else.
  const body = gzip ? await compress(text) : text;
  if (gzip) reply.header('content-encoding', 'gzip');
  // It may be deleted, or be for fewer people.
  reply.header('cache-control', 'no-cache').header('vary', 'Accept-Encoding').type(type);
  await reply.send(body);
}

function typeOf(key: string): string {
  if (key.endsWith('.jpg')) return 'image/jpeg';
  return key.includes('/video-') ? 'video/mp4' : 'audio/mp4';
}

const nothingHere = () => new DomainError('not_found', 'There is nothing at this address.');
