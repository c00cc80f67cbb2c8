import { Inject, Injectable } from '@nestjs/common';
import { CLOCK, type Clock } from '../common/clock.js';
import { CONFIG, type Config } from '../config/config.js';
import { Secrets } from '../secrets/secrets.js';
import { type ChannelAccess, isProtected } from './access-policy.js';
import { AccessService } from './access.service.js';
import { HlsTokens } from './hls-tokens.js';
import { type Visitor } from './visitor.js';

/** Who can fetch media: anyone, only the holder of the presented token, or not even the holder. */
export type Fetchable = 'all' | 'one' | 'nobody';

/** Puts a token into the paths of protected media, live or recorded, and checks it. */
@Injectable()
export class MediaTokens {
  readonly #tokens: HlsTokens;
  readonly #basePath: string;

  constructor(
    private readonly access: AccessService,
    secrets: Secrets,
    @Inject(CLOCK) clock: Clock,
    @Inject(CONFIG) { http, node }: Config,
  ) {
    this.#basePath = http.basePath;
    this.#tokens = new HlsTokens(secrets, clock, { isNode: node.url !== null });
  }

  /** The time after which an unused token expires, in milliseconds. */
  get idleMs(): number {
    return this.#tokens.idleMs;
  }

  /** Returns a server path as clients see it, with the base path. */
  address(path: string): string {
    return `${this.#basePath}${path}`;
  }

  /**
   * Returns a folder's {@link address} for a visitor who can watch, with a token if the channel is
   * protected.
   */
  folder(path: string, access: ChannelAccess, visitor: Visitor): string {
    const folder = this.address(path);
    if (!isProtected(access)) return folder;
    return `${folder}/~${this.#tokens.give(this.access.grantTo(access, visitor))}`;
  }

  /** Decides who can fetch media. @param token null if the path contains none */
  check(access: ChannelAccess, token: string | null): Fetchable {
    if (!isProtected(access)) return 'all';
    const grant = token === null ? null : this.#tokens.read(token);
    return grant !== null && this.access.mayFetch(access, grant) ? 'one' : 'nobody';
  }
}
