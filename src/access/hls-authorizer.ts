import { Inject, Injectable } from '@nestjs/common';
import { CLOCK, type Clock } from '../common/clock.js';
import { CONFIG, type Config } from '../config/config.js';
import type { Playback } from '../protocol/access.js';
import { Secrets } from '../secrets/secrets.js';
import { type ChannelAccess, isProtected } from './access-policy.js';
import { AccessService } from './access.service.js';
import { type Visitor } from './visitor.js';
import { HlsTokens } from './hls-tokens.js';

/** A path without the token that it came with, and what the policy says about who sent it. */
export type OpenedPath = Readonly<{
  path: string;
  /** False: to be answered as if the channel were not live. */
  isAllowed: boolean;
  /** Not everybody may fetch it. */
  isProtected: boolean;
}>;

const CHANNEL = /^\/hls\/([^/]+)\//;
/** `/hls/NAME/~TOKEN/…`: playlists name everything relative to themselves, so all of it carries the token. */
const WITH_TOKEN = /^(\/hls\/[^/]+)\/~([\w-]{1,400})(\/.*)$/;

/** A path under /hls as it would be for everybody. */
export function withoutToken(path: string): string {
  return splitToken(path).bare;
}

function splitToken(path: string): { bare: string; token: string | null } {
  // Nearly every path is of a channel for everybody.
  const found = path.includes('/~') ? WITH_TOKEN.exec(path) : null;
  const [, of = '', token = null, rest = ''] = found ?? [];
  return token === null ? { bare: path, token } : { bare: of + rest, token };
}

/** Lets players fetch broadcasts: everybody where the address is enough, else who has a token in it. */
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

  /** Where a visitor who may watch the channel plays it. */
  playback(channel: ChannelAccess, visitor: Visitor): Playback {
    const of = `${this.#basePath}/hls/${channel.name}`;
    if (!isProtected(channel)) return { hls: `${of}/index.m3u8`, idleMs: null };
    const token = this.#tokens.give(this.access.grantTo(channel, visitor));
    return { hls: `${of}/~${token}/index.m3u8`, idleMs: this.#tokens.idleMs };
  }

  /** Asks the policy about a path under /hls; from memory, but for a channel that was not asked for lately. */
  async open(path: string): Promise<OpenedPath> {
    const [, name = ''] = CHANNEL.exec(path) ?? [];
    const { bare, token } = splitToken(path);
    const channel = await this.access.find(name);
    // Where there is no channel nothing is found, which says the same.
    if (channel === null || !isProtected(channel))
      return { path: bare, isAllowed: true, isProtected: false };
    const grant = token === null ? null : this.#tokens.read(token);
    const isAllowed = grant !== null && this.access.mayFetch(channel, grant);
    return { path: bare, isAllowed, isProtected: true };
  }
}
