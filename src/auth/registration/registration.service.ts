import { createHash, randomBytes } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import { CLOCK, type Clock } from '../../common/clock.js';
import { DomainError } from '../../common/domain-error.js';
import { CONFIG, type Config } from '../../config/config.js';
import {
  type CreatedInvitation,
  type InvitationView,
  type NewInvitation,
  RegistrationMode,
} from '../../protocol/admin.js';
import { INVITATIONS_MAX } from '../../protocol/limits.js';
import type { Administrator } from '../../security-log/admin-event.repository.js';
import type { Account } from '../account.repository.js';
import { type Invitation, InvitationRepository } from './invitation.repository.js';
import { SettingRepository } from './setting.repository.js';

const KEY = 'registration';
const DAY_MS = 86_400_000;
/** The maximum number of invitations in a list. */
const LIST_MAX = 200;

/** Controls who can create an account. */
@Injectable()
export class RegistrationService {
  readonly #invitations: InvitationRepository;
  readonly #publicUrl: string;

  constructor(
    private readonly settings: SettingRepository,
    invitations: InvitationRepository,
    @Inject(CONFIG) config: Config,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {
    this.#invitations = invitations;
    this.#publicUrl = config.http.publicUrl;
  }

  /** Returns the registration mode, which is `open` until an administrator changes it. */
  async mode(): Promise<RegistrationMode> {
    const stored = await this.settings.find(KEY);
    // If the stored value is unknown, registration is closed.
    return stored === undefined ? 'open' : RegistrationMode.catch('closed').parse(stored);
  }

  async setMode(mode: RegistrationMode, by: Administrator): Promise<void> {
    const act = { by, kind: 'registration_changed', subject: mode } as const;
    await this.settings.set(KEY, mode, { act, at: new Date(this.clock.nowMs()) });
  }

  /**
   * Creates an account if allowed. The invitation remains valid if `make` fails.
   * @throws {DomainError} `registration_closed`, `invitation_needed`, or whatever `make` throws
   */
  async register(invitation: string | undefined, make: () => Promise<Account>): Promise<Account> {
    const mode = await this.mode();
    if (mode === 'open') return make();
    if (mode === 'closed')
      throw new DomainError(
        'registration_closed',
        'Registration is closed on this server. Contact an administrator.',
      );
    const taken = await this.#take(invitation);
    try {
      const account = await make();
      await this.#invitations.setUsedBy(taken, account.id);
      return account;
    } catch (error) {
      await this.#invitations.release(taken);
      throw error;
    }
  }

  /** @throws {DomainError} `conflict` if the limit on open invitations has been reached */
  async invite(by: Administrator, { note, days }: NewInvitation): Promise<CreatedInvitation> {
    const nowMs = this.clock.nowMs();
    const code = randomBytes(16).toString('base64url');
    const created = await this.#invitations.create(
      { codeHash: hashOf(code), note, expiresAt: new Date(nowMs + days * DAY_MS) },
      { by, at: new Date(nowMs), max: INVITATIONS_MAX },
    );
    if (created === null)
      throw new DomainError(
        'conflict',
        `There can be up to ${INVITATIONS_MAX} open invitations. Delete one to create another.`,
      );
    const link = `${this.#publicUrl}/register?invitation=${code}`;
    return { ...view({ ...created, usedBy: null }), link };
  }

  /** Lists the newest 200 invitations. */
  async invitations(): Promise<InvitationView[]> {
    return (await this.#invitations.list(LIST_MAX)).map(view);
  }

  /** @throws {DomainError} `not_found`, including for an invitation that was used */
  async uninvite(id: string, by: Administrator): Promise<void> {
    if (!(await this.#invitations.delete(id, { by, at: new Date(this.clock.nowMs()) })))
      throw new DomainError('not_found', 'There is no such invitation, or it has been used.');
  }

  async #take(invitation: string | undefined): Promise<string> {
    const now = new Date(this.clock.nowMs());
    const taken =
      invitation === undefined ? null : await this.#invitations.take(hashOf(invitation), now);
    if (taken === null)
      throw new DomainError(
        'invitation_needed',
        invitation === undefined
          ? 'Registration on this server requires an invitation. Open the link that you were sent.'
          : 'This invitation has been used or has expired. Ask for a new one.',
      );
    return taken;
  }
}

function view(invitation: Invitation & { usedBy: string | null }): InvitationView {
  const { id, note, createdAt, expiresAt, usedAt, usedBy } = invitation;
  return {
    id,
    note,
    createdAt: createdAt.toISOString(),
    expiresAt: expiresAt.toISOString(),
    usedBy,
    isUsed: usedAt !== null,
  };
}

function hashOf(code: string): Uint8Array<ArrayBuffer> {
  return new Uint8Array(createHash('sha256').update(code).digest());
}
