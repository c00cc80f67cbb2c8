import { createHash, randomBytes } from 'node:crypto';
import { Inject, Injectable, type OnModuleDestroy, type OnModuleInit } from '@nestjs/common';
import { z } from 'zod';
import { BUS, type Bus } from '../../cluster/bus.js';
import { shared } from '../../cluster/shared.js';
import { CLOCK, type Clock } from '../../common/clock.js';
import { DomainError } from '../../common/domain-error.js';
import { SHARED_GUESSES, type SharedGuesses } from '../../common/shared-guesses.js';
import { TypedEmitter } from '../../common/typed-emitter.js';
import { LOG, type Log } from '../../common/logger.js';
import { CONFIG, type Config } from '../../config/config.js';
import { Jobs } from '../../db/jobs.js';
import { STAGE_INVITATIONS_MAX } from '../../protocol/limits.js';
import type {
  CreatedStageInvitation,
  NewStageInvitation,
  StageInvitationView,
} from '../../protocol/stage.js';
import type { OwnChannel } from '../own-channels.js';
import { notInvited } from '../stage-errors.js';
import { InvitationThrottle } from './invitation-throttle.js';
import { type StageInvitation, StageInvitationRepository } from './stage-invitation.repository.js';

const MINUTE_MS = 60_000;
const SWEEP_EVERY_MS = 60 * MINUTE_MS;
/**
 * How long closed invitations are stored. Meanwhile, their links still explain why they can't be
 * used.
 */
const CLOSED_KEPT_MS = 7 * 24 * 60 * MINUTE_MS;
const ASK_AGAIN = 'Ask the host for a new one.';

/** Manages invitations to stages, and decides who can use them. */
@Injectable()
export class StageInvitations implements OnModuleInit, OnModuleDestroy {
  readonly #emitter = new TypedEmitter<{ revoked: [invitationId: string] }>();
  /** `revoked`: an invitation was revoked, on any node. */
  readonly events = this.#emitter.listenable;
  readonly #throttle: InvitationThrottle;
  readonly #publicUrl: string;
  readonly #revoked: (invitationId: string) => void;
  readonly #log: Log;
  #stopSweeping: () => void = () => undefined;

  // oxlint-disable-next-line max-params -- Injected by Nest: storage, the configuration, the clock,
  // and what all nodes share.
  constructor(
    private readonly repository: StageInvitationRepository,
    private readonly jobs: Jobs,
    @Inject(CONFIG) config: Config,
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(SHARED_GUESSES) guesses: SharedGuesses | null,
    @Inject(BUS) bus: Bus,
    @Inject(LOG) log: Log,
  ) {
    this.#log = log.child({ part: 'stage' });
    this.#throttle = new InvitationThrottle(clock, guesses);
    this.#publicUrl = config.http.publicUrl;
    this.#revoked = shared(bus, 'stage-invitation-revoked', {
      schema: z.uuid(),
      apply: (invitationId) => this.#emitter.emit('revoked', invitationId),
    });
  }

  onModuleInit(): void {
    this.#stopSweeping = this.jobs.every({
      name: 'stage-invitations',
      everyMs: SWEEP_EVERY_MS,
      work: () => this.sweep(),
      log: this.#log,
    });
  }

  onModuleDestroy(): void {
    this.#stopSweeping();
  }

  /** Deletes invitations that were closed a week ago. */
  async sweep(): Promise<void> {
    await this.repository.sweep(new Date(this.clock.nowMs() - CLOSED_KEPT_MS));
  }

  /** @throws {DomainError} `stage_limit` if the limit on open invitations has been reached */
  async create(
    channel: OwnChannel,
    { note, uses, expiresInMinutes, accountRequired }: NewStageInvitation,
  ): Promise<CreatedStageInvitation> {
    const nowMs = this.clock.nowMs();
    const token = randomBytes(16).toString('base64url');
    const created = await this.repository.create(
      {
        channelId: channel.id,
        tokenHash: hashOf(token),
        note,
        uses,
        accountRequired,
        createdAt: new Date(nowMs),
        expiresAt: new Date(nowMs + expiresInMinutes * MINUTE_MS),
      },
      STAGE_INVITATIONS_MAX,
    );
    if (created === null)
      throw new DomainError(
        'stage_limit',
        `A channel can have up to ${STAGE_INVITATIONS_MAX} open invitations. Revoke one to create another.`,
      );
    return { ...viewOf(created), url: `${this.#publicUrl}/stage/${channel.name}#${token}` };
  }

  async list(channel: OwnChannel): Promise<StageInvitationView[]> {
    return (await this.repository.list(channel.id, this.#now())).map(viewOf);
  }

  /**
   * Revokes an invitation, and removes the guests who used it from the stage.
   * @throws {DomainError} `not_found`
   */
  async revoke(channel: OwnChannel, id: string): Promise<void> {
    if (!(await this.repository.revoke(channel.id, id, this.#now())))
      throw new DomainError('not_found', 'There is no such invitation, or it is already revoked.');
    this.#revoked(id);
  }

  /**
   * Finds an invitation by its token, whether the invitation is valid or not.
   * @param address the caller's address, for the limit on guesses
   * @throws {DomainError} `stage_invitation_refused` if no invitation has this token;
   *   `rate_limited` after too many unknown tokens
   */
  async find(token: string, address: string): Promise<StageInvitation> {
    const invitation = await this.#throttle.guess(address, () =>
      this.repository.findByToken(hashOf(token)),
    );
    if (invitation === null)
      throw notInvited(
        `This invitation is not valid. Check that the link is complete, or ask the host for a new one.`,
      );
    return invitation;
  }

  /** @throws {DomainError} `stage_invitation_refused` if it is revoked or expired */
  assertValid(invitation: StageInvitation): void {
    if (invitation.revokedAt !== null)
      throw notInvited(`The host revoked this invitation. ${ASK_AGAIN}`);
    if (invitation.expiresAt <= this.#now())
      throw notInvited(`This invitation has expired. ${ASK_AGAIN}`);
  }

  /**
   * Uses an invitation. A person who used it before can use it again.
   * @throws {DomainError} `stage_invitation_refused` if other people have used it up, or if the
   *   host removed the person
   */
  async use({ id }: StageInvitation, person: string): Promise<void> {
    const admission = await this.repository.admit(id, person, this.#now());
    if (admission === 'used_up') throw notInvited(`This invitation has been used. ${ASK_AGAIN}`);
    if (admission === 'removed')
      throw notInvited('The host removed you, so you can’t return with this invitation.');
    if (admission === 'closed')
      throw notInvited(`This invitation is no longer valid. ${ASK_AGAIN}`);
  }

  /** Prevents a person from returning with an invitation. */
  async remove(invitationId: string, person: string): Promise<void> {
    await this.repository.remove(invitationId, person, this.#now());
  }

  #now(): Date {
    return new Date(this.clock.nowMs());
  }
}

function viewOf({
  id,
  note,
  uses,
  used,
  accountRequired,
  createdAt,
  expiresAt,
}: StageInvitation): StageInvitationView {
  return {
    id,
    note,
    uses,
    used,
    accountRequired,
    createdAt: createdAt.toISOString(),
    expiresAt: expiresAt.toISOString(),
  };
}

function hashOf(token: string): Uint8Array<ArrayBuffer> {
  return new Uint8Array(createHash('sha256').update(token).digest());
}
