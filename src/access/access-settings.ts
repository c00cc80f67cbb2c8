import { Injectable } from '@nestjs/common';
import { PasswordHasher } from '../auth/password-hasher.js';
import { DomainError } from '../common/domain-error.js';
import type { AccessChange, AccessView } from '../protocol/access.js';
import { MEMBERS_MAX } from '../protocol/limits.js';
import type { EventOrigin } from '../security-log/security-event.js';
import type { ChannelAccess } from './access-policy.js';
import { AccessRepository } from './access.repository.js';
import { AccessService } from './access.service.js';
import { channelNotFound } from './refusals.js';

/**
 * Manages the owner's settings for who can watch. Changes apply immediately, even to current
 * viewers.
 */
@Injectable()
export class AccessSettings {
  constructor(
    private readonly access: AccessService,
    private readonly repository: AccessRepository,
    private readonly hasher: PasswordHasher,
  ) {}

  /** @throws {DomainError} `channel_not_found`; `forbidden` unless the caller is the owner */
  async view(name: string, accountId: string): Promise<AccessView> {
    const { id, ofChannel: visibility } = await this.#own(name, accountId);
    const [hash, members] = await Promise.all([
      this.repository.passwordHash(id),
      this.repository.members(id),
    ]);
    return {
      visibility,
      hasPassword: hash !== null,
      members: members.map(({ username, since }) => ({ username, since: since.toISOString() })),
    };
  }

  /**
   * @throws {DomainError} `bad_request` for `password` if the channel has none;
   *   `channel_not_found`; `forbidden` unless the caller is the owner; `unavailable` if too many
   *   passwords are being hashed
   */
  async change(
    name: string,
    accountId: string,
    { visibility, password }: AccessChange,
    from: EventOrigin,
  ): Promise<AccessView> {
    const { id, ofChannel: before } = await this.#own(name, accountId);
    if (visibility === 'password' && password === undefined) await this.#assertHasPassword(id);
    // If nothing changes, passes and tokens remain valid.
    if (visibility === before && password === undefined) return this.view(name, accountId);
    const passwordHash =
      password === undefined ? null : await this.hasher.hash(password, accountId);
    const about = { accountId, subject: name, from };
    const exists = await this.repository.change(id, { visibility, passwordHash }, [
      ...(visibility === before
        ? []
        : [{ ...about, kind: 'channel_visibility_changed', detail: visibility } as const]),
      ...(passwordHash === null ? [] : [{ ...about, kind: 'channel_password_changed' } as const]),
    ]);
    this.access.changed(name);
    if (!exists) throw channelNotFound(name);
    return this.view(name, accountId);
  }

  /**
   * Adds an account to the member list. Idempotent.
   * @throws {DomainError} `account_not_found`, `member_limit`, `channel_not_found`; `forbidden`
   *   unless the caller is the owner
   */
  async add(name: string, accountId: string, username: string): Promise<void> {
    const { id } = await this.#own(name, accountId);
    const added = await this.repository.addMember(id, username);
    if (added === 'no_account')
      throw new DomainError('account_not_found', `There is no account named “${username}”.`);
    if (added === 'list_full')
      throw new DomainError(
        'member_limit',
        `The list can have up to ${MEMBERS_MAX} accounts. Remove one first.`,
      );
    this.access.changed(name);
  }

  /** Removes an account from the member list. Idempotent. */
  async remove(name: string, accountId: string, username: string): Promise<void> {
    const { id } = await this.#own(name, accountId);
    await this.repository.removeMember(id, username);
    this.access.changed(name);
  }

  async #assertHasPassword(channelId: string): Promise<void> {
    if ((await this.repository.passwordHash(channelId)) !== null) return;
    throw new DomainError('bad_request', 'Set a password for the channel.', {
      issues: [{ path: 'password', message: 'set a password' }],
    });
  }

  async #own(name: string, accountId: string): Promise<ChannelAccess> {
    const channel = await this.access.find(name);
    if (channel === null) throw channelNotFound(name);
    if (channel.ownerId !== accountId)
      throw new DomainError('forbidden', 'This channel belongs to another account.');
    return channel;
  }
}
