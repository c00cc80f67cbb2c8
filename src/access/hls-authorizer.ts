import { Inject, Injectable } from '@nestjs/common';
import { CLOCK, type Clock } from '../common/clock.js';
import { CONFIG, type Config } from '../config/config.js';
import type { Playback } from '../protocol/access.js';
import { Secrets } from '../secrets/secrets.js';
import { type ChannelAccess, isProtected } from './access-policy.js';
import { AccessService } from './access.service.js';
import { type Visitor } from './visitor.js';
import { HlsTokens } from './hls-tokens.js';

/** A path without its token, and the policy's decision. */
export type OpenedPath = Readonly<{
  path: string;
  /** False: answer as if the channel were not live. */
  isAllowed: boolean;
  /** Whether the path needs a token. */
  isProtected: boolean;
}>;

const CHANNEL = /^\/hls\/([^/]+)\//;
/**
 * `/hls/NAME/~TOKEN/…`: playlists use relative addresses, so everything they reference carries the
 * token.
 */
const WITH_TOKEN = /^(\/hls\/[^/]+)\/~([\w-]{1,400})(\/.*)$/;

/** Returns a path under /hls without its token. */
export function withoutToken(path: string): string {
  return splitToken(path).bare;
}

function splitToken(path: string): { bare: string; token: string | null } {
  // Nearly every path belongs to an unprotected channel.
  const found = path.includes('/~') ? WITH_TOKEN.exec(path) : null;
  const [, of = '', token = null, rest = ''] = found ?? [];
  return token === null ? { bare: path, token } : { bare: of + rest, token };
}

/**
 * Authorizes players to fetch broadcasts: anyone where the address is enough, otherwise those with
 * a token in the path.
 */
@Injectable()
export class HlsAuthorizer {
  readonly #tokens: HlsTokens;
  readonly #basePath: string;

  constructor(
    private readonly access: AccessService,
    secrets: Secrets,
    @Inject(CLOCK) clock: Clock,
    @Inject(CONFIG) { http }: Config,
  ) {
    this.#basePath = http.basePath;
    this.#tokens = new HlsTokens(secrets, clock);
  }

  /** Returns the address where an allowed visitor plays the channel. */
  playback(channel: ChannelAccess, visitor: Visitor): Playback {
    const of = `${this.#basePath}/hls/${channel.name}`;
    if (!isProtected(channel)) return { hls: `${of}/index.m3u8`, idleMs: null };
    const token = this.#tokens.give(this.access.grantTo(channel, visitor));
    return { hls: `${of}/~${token}/index.m3u8`, idleMs: this.#tokens.idleMs };
  }

  /**
   * Checks a path under /hls against the policy; from the cache, except for a channel that was not
   * requested recently.
   */
  async open(path: string): Promise<OpenedPath> {
    const [, name = ''] = CHANNEL.exec(path) ?? [];
    const { bare, token } = splitToken(path);
    const channel = await this.access.find(name);
    // A channel that does not exist has no files, so the answer is the same.
    if (channel === null || !isProtected(channel))
      return { path: bare, isAllowed: true, isProtected: false };
    const grant = token === null ? null : this.#tokens.read(token);
    const isAllowed = grant !== null && this.access.mayFetch(channel, grant);
    return { path: bare, isAllowed, isProtected: true };
  }
}
