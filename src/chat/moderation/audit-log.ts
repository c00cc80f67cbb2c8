import { Inject, Injectable } from '@nestjs/common';
import { CLOCK, type Clock } from '../../common/clock.js';
import { DomainError } from '../../common/domain-error.js';
import type { AuditAction, AuditEntry, AuditPage } from '../../protocol/chat-moderation.js';
import type { ChatRoom } from '../room/chat-room.js';
import { ChatRooms } from '../room/chat-rooms.js';
import type { ChatSender } from '../room/chat-sender.js';
import { type AuditDetail, AuditRepository, type StoredAuditEntry } from './audit.repository.js';
import { SenderLimits } from '../room/sender-limits.js';
import { type Actor, moderatorOf } from '../room/authority.js';

/** Of one moderator in one channel: a raid is cleared away by hand, message by message, … */
const ACT_RATE = { burst: 60, perSecond: 1 };
/** … and pins are few. They have a rate of their own: who pins too often can still ban. */
const PIN_RATE = { burst: 10, perSecond: 0.2 };

type Done = Readonly<{
  action: AuditAction;
  target: string;
  reason?: string;
  /** What undoing needs; left out for what can't be undone. */
  detail?: AuditDetail;
}>;

/** What the moderators of a channel did, for all of them to see. */
@Injectable()
export class AuditLog {
  readonly #actLimits = new SenderLimits(ACT_RATE);
  readonly #pinLimits = new SenderLimits(PIN_RATE);

  constructor(
    private readonly repository: AuditRepository,
    private readonly rooms: ChatRooms,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /**
   * Counts one action of a moderator, before it is done: nobody does more than people can follow, nor
   * fills the log faster than that.
   * @throws {DomainError} `rate_limited`
   */
  reserve({ id }: ChatRoom, actor: Actor, action: AuditAction): void {
    const isPin = action === 'pin' || action === 'unpin';
    const limits = isPin ? this.#pinLimits : this.#actLimits;
    const retryAfterMs = limits.take(`${id} ${actor.id}`, this.clock.nowMs());
    if (retryAfterMs > 0)
      throw new DomainError('rate_limited', 'You moderate too fast, wait a moment.', {
        retryAfterMs,
      });
  }

  /** Writes down what was done, and tells the moderators who are there. */
  async record(room: ChatRoom, actor: Actor, done: Done): Promise<void> {
    const { action, target, reason = '', detail = { kind: 'none' } } = done;
    const entry = await this.repository.add(room.id, {
      byId: actor.id,
      byName: actor.name,
      action,
      target,
      reason,
      detail,
      at: new Date(this.clock.nowMs()),
    });
    this.rooms.events.emit('audited', room, entryView(entry));
  }

  /** The newest first, or those before one. @throws {DomainError} `forbidden` */
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
   * Marks an entry as undone, once, and tells it; resolves with what is to be done for that.
   * @param assertMay throws or rejects for what is not for the one who asks to undo
   * @throws {DomainError} `not_found`; `conflict` when it can't be undone, or was already
   */
  async takeBack(
    room: ChatRoom,
    entryId: string,
    assertMay: (detail: AuditDetail) => Promise<void>,
  ): Promise<{ entry: AuditEntry; detail: AuditDetail }> {
    const found = await this.repository.find(room.id, entryId);
    if (!found) throw new DomainError('not_found', 'This entry is gone.');
    if (found.detail.kind === 'none') throw new DomainError('conflict', 'This can’t be undone.');
    await assertMay(found.detail);
    const at = new Date(this.clock.nowMs());
    if (!(await this.repository.markUndone(room.id, entryId, at)))
      throw new DomainError('conflict', 'This was undone already.');
    const entry = entryView({ ...found, undoneAt: at });
    this.rooms.events.emit('audited', room, entry);
    return { entry, detail: found.detail };
  }
}

function entryView(stored: StoredAuditEntry): AuditEntry {
  const { id, action, byName, target, reason, at, undoneAt, detail } = stored;
  return {
    id,
    action,
    by: byName,
    target,
    reason,
    at: at.toISOString(),
    undoneAt: undoneAt?.toISOString() ?? null,
    undoable: undoneAt === null && detail.kind !== 'none',
  };
}
