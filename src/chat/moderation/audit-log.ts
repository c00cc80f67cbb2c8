import { Inject, Injectable } from '@nestjs/common';
import { CLOCK, type Clock } from '../../common/clock.js';
import { DomainError } from '../../common/domain-error.js';
import type { AuditAction, AuditEntry, AuditPage } from '../../protocol/chat-moderation.js';
import type { ChatRoom } from '../room/chat-room.js';
import { RoomFollower } from '../room/room-follower.js';
import type { ChatSender } from '../room/chat-sender.js';
import { type AuditDetail, AuditRepository, entryView } from './audit.repository.js';
import { SenderLimits } from '../room/sender-limits.js';
import { type Actor, moderatorOf } from '../room/authority.js';

/**
 * The maximum rate of actions by one moderator in one channel. It is enough to delete the messages
 * of a raid one by one.
 */
const ACT_RATE = { burst: 60, perSecond: 1 };
/** Pins have a separate rate, so that a moderator who pins too often can still ban. */
const PIN_RATE = { burst: 10, perSecond: 0.2 };

type Done = Readonly<{
  action: AuditAction;
  target: string;
  reason?: string;
  /** The data needed to undo the action; omitted if it can't be undone. */
  detail?: AuditDetail;
}>;

/** Records the actions of a channel's moderators. All its moderators can see them. */
@Injectable()
export class AuditLog {
  readonly #actLimits = new SenderLimits(ACT_RATE);
  readonly #pinLimits = new SenderLimits(PIN_RATE);

  constructor(
    private readonly repository: AuditRepository,
    private readonly follower: RoomFollower,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /**
   * Counts an action before it is performed. The limit prevents a moderator from acting, or filling
   * the log, faster than people can follow.
   * @throws {DomainError} `rate_limited`
   */
  reserve({ id }: ChatRoom, actor: Actor, action: AuditAction): void {
    const isPin = action === 'pin' || action === 'unpin';
    const limits = isPin ? this.#pinLimits : this.#actLimits;
    const retryAfterMs = limits.take(`${id} ${actor.id}`, this.clock.nowMs());
    if (retryAfterMs > 0)
      throw new DomainError('rate_limited', 'You’re moderating too fast. Wait a moment.', {
        retryAfterMs,
      });
  }

  /** Stores an entry and notifies the connected moderators. */
  async record(room: ChatRoom, actor: Actor, done: Done): Promise<void> {
    const { action, target, reason = '', detail = { kind: 'none' } } = done;
    const { entry, version } = await this.repository.add(room.id, {
      byId: actor.id,
      byName: actor.name,
      action,
      target,
      reason,
      detail,
      at: new Date(this.clock.nowMs()),
    });
    await this.follower.tell(room, version, { kind: 'audited', entry });
  }

  /**
   * Returns the newest entries, or those before a given one; newest first.
   * @throws {DomainError} `forbidden`
   */
  async page(
    room: ChatRoom,
    sender: ChatSender,
    { beforeId, limit }: { beforeId?: string | undefined; limit: number },
  ): Promise<AuditPage> {
    moderatorOf(room, sender);
    const found = await this.repository.page(room.id, { beforeId, limit: limit + 1 });
    return { entries: found.slice(0, limit).map(entryView), more: found.length > limit };
  }

  /**
   * Marks an entry as undone, which is possible only once, and notifies moderators. Resolves with
   * the data that the caller needs to undo the action.
   * @param assertMay throws or rejects if the caller isn't allowed to undo the action
   * @throws {DomainError} `not_found`; `conflict` if the action can't be undone or was already
   *   undone
   */
  async markUndone(
    room: ChatRoom,
    entryId: string,
    assertMay: (detail: AuditDetail) => Promise<void>,
  ): Promise<{ entry: AuditEntry; detail: AuditDetail }> {
    const found = await this.repository.find(room.id, entryId);
    if (!found) throw new DomainError('not_found', 'This entry no longer exists.');
    if (found.detail.kind === 'none')
      throw new DomainError('conflict', 'This action can’t be undone.');
    await assertMay(found.detail);
    const at = new Date(this.clock.nowMs());
    const { marked, version } = await this.repository.markUndone(room.id, entryId, at);
    if (!marked) throw new DomainError('conflict', 'This action has already been undone.');
    const entry = { ...found, undoneAt: at };
    await this.follower.tell(room, version, { kind: 'audited', entry });
    return { entry: entryView(entry), detail: found.detail };
  }
}
