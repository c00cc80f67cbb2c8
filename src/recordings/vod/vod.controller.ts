import { Readable } from 'node:stream';
import { Controller, Get, Param, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { addressBlock } from '../../auth/coarse-address.js';
import { DomainError } from '../../common/domain-error.js';
import { takesGzip } from '../../common/http/byte-range.js';
import { CROSS_ORIGIN } from '../../common/http/media-response.js';
import { RecordingFiles } from '../recording-files.js';
import { FileSizes } from './file-sizes.js';
import { sendRanged, sendText } from './ranged-response.js';
import { VodCatalog } from './vod-catalog.js';
import { type VodKind } from './vod-kind.js';
import { opusOf } from './vod-aac.js';
import { VodAuthorizer } from './vod-authorizer.js';
import { VodGuards } from './vod-guards.js';
import { VodSound } from './vod-sound.js';
import { isVodText, VodTexts } from './vod-texts.js';

const WITH_TOKEN = /^~([\w-]{1,400})\/(.+)$/;
const AAC_FILE = /^([\w-]{16})\/aac\/(?:(init-0)\.mp4|(\d{1,9})\.m4s)$/;
const FILE =
  /^(?:[\w-]{16}\/(?:video-\d|opus|aac)\/(?:init-\d{1,9}\.mp4|\d{1,9}\.m4s)|pictures\/[a-z0-9]{1,16}\.jpg)$/;

/**
 * Serves recordings and clips as HLS. All addresses are relative to the playlists, so that they
 * include the token in a playlist's path.
 */
@Controller('hls')
export class VodController {
  readonly #sizes: FileSizes;

  // oxlint-disable-next-line max-params -- injected by Nest
  constructor(
    private readonly guards: VodGuards,
    private readonly authorizer: VodAuthorizer,
    private readonly catalog: VodCatalog,
    private readonly texts: VodTexts,
    private readonly sound: VodSound,
    private readonly files: RecordingFiles,
  ) {
    this.#sizes = new FileSizes(files.store);
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

  // oxlint-disable-next-line max-params -- includes the request and its reply
  async #answer(
    kind: VodKind,
    id: string,
    request: FastifyRequest,
    reply: FastifyReply,
  ): Promise<void> {
    reply.headers(CROSS_ORIGIN);
    const target = request.url.split('?', 1)[0]?.slice(`/hls/${kind}/${id}/`.length) ?? '';
    const [, token = null, rest = target] = WITH_TOKEN.exec(target) ?? [];
    const guarded = /^[\da-f-]{36}$/.test(id) ? await this.guards.find(kind, id) : null;
    const who = guarded ? await this.authorizer.authorize(guarded, token) : 'nobody';
    if (who === 'nobody') throw notFound();
    // Read nothing before the caller is authorized and the path is known to be possible.
    const client = addressBlock(request.ip);
    if (isVodText(rest)) return this.#sendText({ kind, id, file: rest, client }, request, reply);
    const caching = who === 'all' ? 'public, max-age=86400, immutable' : 'private, max-age=3600';
    reply.header('cache-control', caching);
    const aac = AAC_FILE.exec(rest);
    const isMade = aac && (await this.#isMade(kind, id, client));
    if (isMade) return this.#sendSound({ kind, id, client }, aac, request, reply);
    if (!FILE.test(rest)) throw notFound();
    await this.#sendFile({ kind, id, path: rest }, request, reply);
  }

  /** Whether AAC is transcoded from a recording's Opus, instead of being recorded. */
  async #isMade(kind: VodKind, id: string, client: string): Promise<boolean> {
    const entry = await this.catalog.find(kind, id, client);
    return entry !== null && opusOf(entry.vod) !== undefined;
  }

  async #sendText(
    target: { kind: VodKind; id: string; file: string; client: string },
    request: FastifyRequest,
    reply: FastifyReply,
  ): Promise<void> {
    const gzip = takesGzip(request.headers['accept-encoding']);
    const text = await this.texts.find({ ...target, gzip });
    if (!text) throw notFound();
    // Players must revalidate, because the recording or clip may be deleted or become more
    // restricted.
    reply.headers({ 'cache-control': 'no-cache', vary: 'Accept-Encoding' });
    await sendText(request, reply, text);
  }

  // oxlint-disable-next-line max-params -- includes the request and its reply
  async #sendSound(
    { kind, id, client }: { kind: VodKind; id: string; client: string },
    [, run = '', init, msn = '']: RegExpExecArray,
    request: FastifyRequest,
    reply: FastifyReply,
  ): Promise<void> {
    const entry = init ? null : await this.catalog.find(kind, id, client);
    const made = entry && this.sound.segment(entry, { run, msn: Number(msn), client });
    const bytes = init ? this.sound.init : await made;
    if (!bytes) throw notFound();
    await sendRanged(request, reply, {
      byteLength: bytes.length,
      contentType: 'audio/mp4',
      etag: `"aac-${init ?? msn}-${bytes.length}"`,
      open: async ({ first, last }) => Readable.from([bytes.subarray(first, last + 1)]),
    });
  }

  async #sendFile(
    { kind, id, path }: { kind: VodKind; id: string; path: string },
    request: FastifyRequest,
    reply: FastifyReply,
  ): Promise<void> {
    const key = kind === 'recordings' ? `${id}/${path}` : `clips/${id}/${path}`;
    const entry = this.catalog.known(kind, id);
    const byteLength = await this.#sizes.of(key, entry?.vod ?? null, path);
    if (byteLength === null) throw notFound();
    const sent = await sendRanged(request, reply, {
      byteLength,
      contentType: typeOf(key),
      // The content of a key never changes.
      etag: `"${key.slice(key.lastIndexOf('/') + 1)}-${byteLength}"`,
      open: (range) => this.files.store.get(key, range),
    });
    if (!sent) throw notFound();
  }
}

function typeOf(key: string): string {
  if (key.endsWith('.jpg')) return 'image/jpeg';
  return key.includes('/video-') ? 'video/mp4' : 'audio/mp4';
}

const notFound = () => new DomainError('not_found', 'There is nothing at this address.');
