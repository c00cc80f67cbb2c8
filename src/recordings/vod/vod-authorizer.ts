import { Inject, Injectable } from '@nestjs/common';
import { type ChannelAccess, isProtected, narrowed } from '../../access/access-policy.js';
import { AccessService } from '../../access/access.service.js';
import { type Visitor } from '../../access/visitor.js';
import { HlsTokens } from '../../access/hls-tokens.js';
import { assertAllowed } from '../../access/refusals.js';
import { CLOCK, type Clock } from '../../common/clock.js';
import type { DomainError } from '../../common/domain-error.js';
import { CONFIG, type Config } from '../../config/config.js';
import type { Visibility } from '../../protocol/access.js';
import { Secrets } from '../../secrets/secrets.js';

/**
 * The fields that decide who can watch a recording or clip: its channel, and its own visibility.
 */
export type Guarded = Readonly<{ channel: string; visibility: Visibility }>;

/**
 * Authorizes playback: the visitor must be allowed to watch the channel, and the recording if it is
 * more restricted.
 */
@Injectable()
export class VodAuthorizer {
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

  /**
   * @throws {DomainError} `password_required`; `notFound` for visitors who may not know that it
   *   exists
   */
  async enter(guarded: Guarded, visitor: Visitor, notFound: DomainError): Promise<ChannelAccess> {
    const access = await this.#accessOf(guarded);
    const decision = this.access.decide(access, visitor);
    if (access === null || decision === 'not_found') throw notFound;
    assertAllowed(decision, guarded.channel);
    return access;
  }

  /** The audience, for a visitor who belongs to it; null for others. */
  async accessFor(guarded: Guarded, visitor: Visitor): Promise<ChannelAccess | null> {
    const access = await this.#accessOf(guarded);
    return this.access.decide(access, visitor) === 'allowed' ? access : null;
  }

  /** The base of its paths for an authorized visitor: includes a token unless it is public. */
  base(folder: string, access: ChannelAccess, visitor: Visitor): string {
    const base = this.address(folder);
    if (!isProtected(access)) return base;
    return `${base}/~${this.#tokens.give(this.access.grantTo(access, visitor))}`;
  }

  /** Converts a path of the service to its public form. */
  address(path: string): string {
    return `${this.#basePath}${path}`;
  }

  /** Decides about a fetch: public, allowed by the token, or refused. */
  async authorize(guarded: Guarded, token: string | null): Promise<'all' | 'one' | 'nobody'> {
    const access = await this.#accessOf(guarded);
    if (access === null) return 'nobody';
    if (!isProtected(access)) return 'all';
    const grant = token === null ? null : this.#tokens.read(token);
    return grant !== null && this.access.mayFetch(access, grant) ? 'one' : 'nobody';
  }

  async #accessOf({ channel, visibility }: Guarded): Promise<ChannelAccess | null> {
    const access = await this.access.find(channel);
    return access && narrowed(access, visibility);
  }
}
