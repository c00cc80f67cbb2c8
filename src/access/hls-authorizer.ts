import { Injectable } from '@nestjs/common';
import type { Playback } from '../protocol/access.js';
import { type ChannelAccess, isProtected } from './access-policy.js';
import { AccessService } from './access.service.js';
import { type Visitor } from './visitor.js';
import { MediaTokens } from './media-tokens.js';

/** A path without its token, and whether the client is allowed to fetch it. */
export type OpenedPath = Readonly<{
  path: string;
  /** If false, the response must be the same as if the channel were not live. */
  isAllowed: boolean;
  /** Whether the channel requires a token. */
  isProtected: boolean;
}>;

const CHANNEL = /^\/hls\/([^/]+)\//;
/**
 * Matches `/hls/NAME/~TOKEN/…`. Playlists contain relative URIs, so the URIs that clients resolve
 * contain the token too.
 */
const WITH_TOKEN = /^(\/hls\/[^/]+)\/~([\w-]{1,400})(\/.*)$/;

/** Returns a path under /hls without its token. */
export function withoutToken(path: string): string {
  return splitToken(path).bare;
}

function splitToken(path: string): { bare: string; token: string | null } {
  // Nearly all channels are unprotected, so the regular expression is rarely needed.
  const found = path.includes('/~') ? WITH_TOKEN.exec(path) : null;
  const [, start = '', token = null, rest = ''] = found ?? [];
  return token === null ? { bare: path, token } : { bare: start + rest, token };
}

/**
 * Authorizes players to fetch broadcasts. Anyone can fetch those of an unprotected channel; others
 * require a token in the path.
 */
@Injectable()
export class HlsAuthorizer {
  constructor(
    private readonly access: AccessService,
    private readonly tokens: MediaTokens,
  ) {}

  /** Returns the address at which an allowed visitor plays the channel. */
  playback(channel: ChannelAccess, visitor: Visitor): Playback {
    return {
      hls: `${this.tokens.folder(`/hls/${channel.name}`, channel, visitor)}/index.m3u8`,
      idleMs: isProtected(channel) ? this.tokens.idleMs : null,
    };
  }

  /**
   * Checks a path under /hls against the policy. Uses the cache unless the channel has not been
   * requested recently.
   */
  async open(path: string): Promise<OpenedPath> {
    const [, name = ''] = CHANNEL.exec(path) ?? [];
    const { bare, token } = splitToken(path);
    const channel = await this.access.find(name);
    // The media of a channel that was just deleted still exists.
    const fetchable = channel === null ? 'nobody' : this.tokens.check(channel, token);
    return { path: bare, isAllowed: fetchable !== 'nobody', isProtected: fetchable !== 'all' };
  }
}
