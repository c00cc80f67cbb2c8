import { Injectable } from '@nestjs/common';
import { type ChannelAccess, narrowed } from '../../access/access-policy.js';
import { AccessService } from '../../access/access.service.js';
import { type Visitor } from '../../access/visitor.js';
import { type Fetchable, MediaTokens } from '../../access/media-tokens.js';
import { assertAllowed } from '../../access/refusals.js';
import type { DomainError } from '../../common/domain-error.js';
import type { Visibility } from '../../protocol/access.js';

/**
 * The fields that determine who can watch a recording or clip: its channel and its own visibility.
 */
export type Guarded = Readonly<{ channel: string; visibility: Visibility }>;

/**
 * Authorizes playback. The visitor must be allowed to watch the channel, and also the recording if
 * that is more restricted.
 */
@Injectable()
export class VodAuthorizer {
  constructor(
    private readonly access: AccessService,
    private readonly tokens: MediaTokens,
  ) {}

  /**
   * @throws {DomainError} `password_required`; `notFound` for visitors who must not learn that it
   *   exists
   */
  async enter(guarded: Guarded, visitor: Visitor, notFound: DomainError): Promise<ChannelAccess> {
    const access = await this.#accessOf(guarded);
    const decision = this.access.decide(access, visitor);
    if (access === null || decision === 'not_found') throw notFound;
    assertAllowed(decision, guarded.channel);
    return access;
  }

  /** Returns the access settings if the visitor may watch, otherwise null. */
  async accessFor(guarded: Guarded, visitor: Visitor): Promise<ChannelAccess | null> {
    const access = await this.#accessOf(guarded);
    return this.access.decide(access, visitor) === 'allowed' ? access : null;
  }

  /**
   * Returns the base path for an authorized visitor. It includes a token unless the recording or
   * clip is public.
   */
  base(folder: string, access: ChannelAccess, visitor: Visitor): string {
    return this.tokens.folder(folder, access, visitor);
  }

  /** Converts one of the service's paths to its public form. */
  address(path: string): string {
    return this.tokens.address(path);
  }

  /** Decides whether a file may be fetched. @param token null if the path contains none */
  async authorize(guarded: Guarded, token: string | null): Promise<Fetchable> {
    const access = await this.#accessOf(guarded);
    return access === null ? 'nobody' : this.tokens.check(access, token);
  }

  async #accessOf({ channel, visibility }: Guarded): Promise<ChannelAccess | null> {
    const access = await this.access.find(channel);
    return access && narrowed(access, visibility);
  }
}
