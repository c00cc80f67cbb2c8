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

/** What decides who may watch something recorded: its channel, and its own visibility. */
export type Guarded = Readonly<{ channel: string; visibility: Visibility }>;

/** Lets people watch what is recorded: who may watch the channel, and the recording too if that is for fewer. */
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

  /** @throws {DomainError} `password_required`; `notFound` for whom it isn't there */
  async enter(guarded: Guarded, visitor: Visitor, notFound: DomainError): Promise<ChannelAccess> {
    const access = await this.#accessOf(guarded);
    const decision = this.access.decide(access, visitor);
    if (access === null || decision === 'not_found') throw notFound;
    assertAllowed(decision, guarded.channel);
    return access;
  }

  /** Who may watch it, for a visitor who may; null for others. */
  async accessFor(guarded: Guarded, visitor: Visitor): Promise<ChannelAccess | null> {
    const access = await this.#accessOf(guarded);
    return this.access.decide(access, visitor) === 'allowed' ? access : null;
  }

  /** What paths of it begin with, for somebody who was let in: with a token where not everybody is. */
  base(folder: string, access: ChannelAccess, visitor: Visitor): string {
    const base = this.address(folder);
    if (!isProtected(access)) return base;
    return `${base}/~${this.#tokens.give(this.access.grantTo(access, visitor))}`;
  }

  /** A path of the service as the outside has it. */
  address(path: string): string {
    return `${this.#basePath}${path}`;
  }

  /** Who may fetch: everybody, who has this token, or not who asks. */
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
