import { Inject, Injectable } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { HlsDoor } from '../access/hls-door.js';
import { type HlsAddress, parseHlsAddress } from './hls-address.js';
import { type Answer, CROSS_ORIGIN, send, sendPreflight } from './hls-answer.js';
import { HLS_SOURCE, type HlsChannel, type HlsSource } from './hls-source.js';
import { initAnswer, partAnswer, segmentAnswer, thumbnailAnswer } from './media-requests.js';
import { PlaylistRequests } from './playlist-requests.js';
import {
  isGone,
  noSuchMedia,
  noSuchRendition,
  noSuchRun,
  notLive,
  nothingHere,
} from './refusals.js';
import type { Run } from './run.js';

/** What was answered since the start. */
export type Traffic = Readonly<{
  requests: Readonly<Record<HlsAddress['what'] | 'refused', number>>;
  bytes: number;
}>;

type Entered = Readonly<{ address: HlsAddress; isProtected: boolean }>;

/** Answers what is asked for under /hls. */
@Injectable()
export class HlsDelivery {
  readonly #source: HlsSource;
  readonly #door: HlsDoor;
  readonly #playlists: PlaylistRequests;
  readonly #requests = {
    multivariant: 0,
    playlist: 0,
    init: 0,
    segment: 0,
    part: 0,
    thumbnail: 0,
    refused: 0,
  };
  #bytes = 0;

  constructor(@Inject(HLS_SOURCE) source: HlsSource, door: HlsDoor) {
    this.#source = source;
    this.#door = door;
    this.#playlists = new PlaylistRequests(source);
  }

  get traffic(): Traffic {
    return { requests: this.#requests, bytes: this.#bytes };
  }

  /** Requests for playlists of broadcasts that have nothing yet. */
  get waiting(): number {
    return this.#playlists.waiting;
  }

  /**
   * Answers, or throws before anything is sent.
   * @throws {DomainError} `not_found`, `bad_request`, `unavailable`
   */
  answer(request: FastifyRequest, reply: FastifyReply): Promise<void> {
    return this.#answer(request, reply, (path) => this.#enter(path));
  }

  /** The same for who was found to be allowed already: the address needs no token. */
  answerVisitor(request: FastifyRequest, reply: FastifyReply): Promise<void> {
    return this.#answer(request, reply, (path) => this.#enter(path, { isAdmitted: true }));
  }

  async #answer(
    request: FastifyRequest,
    reply: FastifyReply,
    enter: (path: string) => Promise<Entered>,
  ): Promise<void> {
    try {
      const [path = '', query = ''] = request.raw.url?.split('?', 2) ?? [];
      const { address } = await enter(path);
      const found = await this.#find(address, query, request);
      // It may have waited for a while: who may fetch is asked when it is sent.
      const { isProtected } = await enter(path);
      const answer = isProtected ? forOne(found, address) : found;
      const bytes = await this.#send(request, reply, answer);
      this.#requests[address.what] += 1;
      this.#bytes += bytes;
    } catch (error) {
      this.#refuse(error, reply);
    }
  }

  /** Tells a browser what it may ask for. */
  preflight(reply: FastifyReply): void {
    reply.hijack();
    sendPreflight(reply.raw);
  }

  /** @throws {DomainError} `not_found` for what can't be there, and for who may not fetch it */
  async #enter(path: string, { isAdmitted = false } = {}): Promise<Entered> {
    const { path: bare, isAllowed, isProtected } = await this.#door.open(path);
    const address = parseHlsAddress(bare);
    if (!address) throw nothingHere();
    if (!isAllowed && !isAdmitted) throw notLive(address.channel);
    return { address, isProtected };
  }

  async #send(request: FastifyRequest, reply: FastifyReply, answer: Answer): Promise<number> {
    const bytes = await send(request.raw, reply.raw, answer);
    if (bytes === null) throw noSuchMedia();
    reply.hijack();
    return bytes;
  }

  #refuse(error: unknown, reply: FastifyReply): void {
    // The client went away, before or amid the answer: there is nobody to tell.
    if (isGone(error) || reply.raw.headersSent) {
      reply.hijack();
      reply.raw.destroy();
      return;
    }
    this.#requests.refused += 1;
    reply.headers(CROSS_ORIGIN);
    throw error;
  }

  #find(
    address: HlsAddress,
    query: string,
    { raw, headers }: FastifyRequest,
  ): Promise<Answer> | Answer {
    const { channel: name } = address;
    if (address.what === 'multivariant') return this.#playlists.multivariant(name, headers, raw);
    const channel = this.#source.find(name);
    if (!channel) throw notLive(name);
    if (address.what === 'thumbnail') return thumbnailAnswer(channel.thumbnail, address.version);
    const run = runOf(channel, address.run);
    if (!run) throw noSuchRun();
    const of = run.find(address.rendition);
    if (!of) throw noSuchRendition();
    if (address.what === 'playlist') return this.#playlists.media(of, { query, headers }, raw);
    run.asked(address.rendition, { forPlaylist: false });
    if (address.what === 'init') return initAnswer(of, address.init);
    if (address.what === 'segment') return segmentAnswer(of, address.msn);
    return partAnswer(of, address, raw);
  }
}

/** What not everybody may fetch is kept by no cache but the player's own, and what changes by none. */
function forOne(answer: Answer, { what }: HlsAddress): Answer {
  const changes = what === 'multivariant' || what === 'playlist' || what === 'thumbnail';
  const cacheControl = changes
    ? 'private, no-store'
    : answer.cacheControl.replace('public', 'private');
  return { ...answer, cacheControl };
}

/** The newest run, or one before it whose playlists have ended. */
function runOf({ run, earlier = [] }: HlsChannel, id: string): Run | null {
  return run?.id === id ? run : (earlier.find((one) => one.id === id) ?? null);
}
