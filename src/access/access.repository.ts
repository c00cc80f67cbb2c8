import { Inject, Injectable } from '@nestjs/common';
import { ADDRESS_BAN_MS } from './address-ban.js';
import { CLOCK, type Clock } from '../common/clock.js';
import { fetchableSince } from '../common/linger.js';
import { isMissingRow } from '../db/prisma-errors.js';
import { PrismaService } from '../db/prisma.service.js';
import type { Visibility } from '../protocol/access.js';
import { MEMBERS_MAX } from '../protocol/limits.js';
import type { SecurityEvent } from '../security-log/security-event.js';
import { writeEvent } from '../security-log/security-event.repository.js';
import { type ChannelAccess, isProtected, stricter } from './access-policy.js';
import { FROM_STORED, TO_STORED } from './stored-visibility.js';

/** The maximum number of bans loaded per channel, newest first. */
const BANS_MAX = 10_000;
/** The maximum number of protected broadcasts loaded per channel, newest first. */
const CLOSED_MAX = 10_000;
const NOBODY: ReadonlySet<string> = new Set();
/**
 * The result if nothing in the channel is protected, in which case nobody needs to be looked up.
 */
const OPEN = {
  members: NOBODY,
  moderators: NOBODY,
  banned: NOBODY,
  bannedAddresses: NOBODY,
  disabled: NOBODY,
  endedSessions: NOBODY,
} as const;

/** The stored names of the visibilities for which knowing the URL is not enough. */
const CLOSED = ['PASSWORD', 'PRIVATE'] as const;

export type StoredMember = Readonly<{ username: string; since: Date }>;

/** Stores who can watch each channel. */
@Injectable()
export class AccessRepository {
  constructor(
    private readonly db: PrismaService,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /**
   * Loads a channel's access; resolves to null if no such channel exists.
   *
   * @param accounts accounts that have requested access; the result lists those that are disabled
   * @param sessions sessions and API tokens that have been used for access; the result lists those
   *   that have ended
   */
  async find(
    name: string,
    accounts: readonly string[],
    sessions: readonly string[],
  ): Promise<ChannelAccess | null> {
    const since = fetchableSince(this.clock.nowMs());
    const row = await this.db.channel.findUnique({
      where: { name },
      select: {
        id: true,
        name: true,
        ownerId: true,
        visibility: true,
        accessVersion: true,
        accessPasswordHash: true,
        // Only broadcasts that are running, still fetchable or protected affect who can watch.
        broadcasts: {
          where: {
            OR: [
              { state: { not: 'ENDED' } },
              { endedAt: { gt: since } },
              { visibility: { in: [...CLOSED] } },
            ],
          },
          orderBy: { startedAt: 'desc' },
          take: CLOSED_MAX,
          select: { id: true, state: true, endedAt: true, visibility: true },
        },
        _count: { select: { clips: { where: { visibility: { in: [...CLOSED] } } } } },
      },
    });
    if (row === null) return null;
    const { accessVersion: version, broadcasts, _count: counted, id, ownerId } = row;
    const ofChannel = FROM_STORED[row.visibility];
    // Only the newest one counts, because its start removes the media of earlier broadcasts.
    const fetchable = broadcasts.find(
      ({ state, endedAt }) => state !== 'ENDED' || (endedAt !== null && endedAt > since),
    );
    const visibility = stricter(ofChannel, FROM_STORED[fetchable?.visibility ?? 'PUBLIC']);
    const closed = broadcasts.map((one) => [one.id, FROM_STORED[one.visibility]] as const);
    const closedBroadcasts = new Map(closed.filter(([, own]) => isProtected({ visibility: own })));
    const hasPassword = row.accessPasswordHash !== null;
    const visibilities = { visibility, ofChannel, closedBroadcasts };
    const channel = { id, name, ownerId, version, hasPassword, ...visibilities };
    if (!isProtected({ visibility }) && closedBroadcasts.size === 0 && counted.clips === 0)
      return { ...channel, ...OPEN };
    const [members, moderators, bans, disabled, endedSessions] = await Promise.all([
      this.#members(row.id),
      this.#moderators(row.id),
      this.#bans(row.id),
      this.#disabled([...accounts, row.ownerId]),
      this.#ended(sessions),
    ]);
    return { ...channel, members, moderators, ...bans, disabled, endedSessions };
  }

  async passwordHash(channelId: string): Promise<string | null> {
    const row = await this.db.channel.findUnique({
      where: { id: channelId },
      select: { accessPasswordHash: true },
    });
    return row?.accessPasswordHash ?? null;
  }

  /**
   * Changes a channel's access and invalidates passes and tokens. Resolves to false if the channel
   * no longer exists.
   */
  async change(
    channelId: string,
    { visibility, passwordHash }: { visibility: Visibility; passwordHash: string | null },
    events: readonly SecurityEvent[],
  ): Promise<boolean> {
    try {
      await this.db.$transaction(async (tx) => {
        await tx.channel.update({
          where: { id: channelId },
          data: {
            visibility: TO_STORED[visibility],
            accessVersion: { increment: 1 },
            ...(passwordHash === null ? {} : { accessPasswordHash: passwordHash }),
          },
        });
        for (const event of events) await writeEvent(tx, event, new Date(this.clock.nowMs()));
      });
      return true;
    } catch (error) {
      if (isMissingRow(error)) return false;
      throw error;
    }
  }

  /** Lists the members by name. */
  async members(channelId: string): Promise<StoredMember[]> {
    const rows = await this.db.channelMember.findMany({
      where: { channelId },
      orderBy: { account: { username: 'asc' } },
      take: MEMBERS_MAX,
      select: { createdAt: true, account: { select: { username: true } } },
    });
    return rows.map(({ createdAt, account }) => ({ username: account.username, since: createdAt }));
  }

  /** Adds a member. Idempotent. */
  async addMember(
    channelId: string,
    username: string,
  ): Promise<'added' | 'no_account' | 'list_full'> {
    const account = await this.db.account.findUnique({
      where: { username },
      select: { id: true },
    });
    if (account === null) return 'no_account';
    const key = { channelId, accountId: account.id };
    return this.db.$transaction(async (tx) => {
      // This locks the channel. Otherwise two concurrent requests could both find room for one more
      // member.
      await tx.$queryRaw`SELECT 1 FROM channels WHERE id = ${channelId}::uuid FOR UPDATE`;
      const others = { channelId, accountId: { not: account.id } };
      if ((await tx.channelMember.count({ where: others })) >= MEMBERS_MAX) return 'list_full';
      await tx.channelMember.upsert({
        where: { channelId_accountId: key },
        create: key,
        update: {},
      });
      return 'added';
    });
  }

  /** Removes a member. Idempotent. */
  async removeMember(channelId: string, username: string): Promise<void> {
    await this.db.channelMember.deleteMany({ where: { channelId, account: { username } } });
  }

  async #members(channelId: string): Promise<Set<string>> {
    const rows = await this.db.channelMember.findMany({
      where: { channelId, account: { disabledAt: null } },
      take: MEMBERS_MAX,
      select: { accountId: true },
    });
    return new Set(rows.map(({ accountId }) => accountId));
  }

  async #moderators(channelId: string): Promise<Set<string>> {
    const rows = await this.db.channelModerator.findMany({
      where: { channelId, account: { disabledAt: null } },
      take: MEMBERS_MAX,
      select: { accountId: true },
    });
    return new Set(rows.map(({ accountId }) => accountId));
  }

  /** Loads permanent bans. Timeouts only prevent someone from chatting. */
  async #bans(channelId: string): Promise<{ banned: Set<string>; bannedAddresses: Set<string> }> {
    const rows = await this.db.chatBan.findMany({
      where: { channelId, expiresAt: null },
      orderBy: { createdAt: 'desc' },
      take: BANS_MAX,
      select: { accountId: true, guestId: true, addressHashes: true, createdAt: true },
    });
    const since = this.clock.nowMs() - ADDRESS_BAN_MS;
    const lately = rows.filter(({ createdAt }) => createdAt.getTime() > since);
    const hashes = lately.flatMap(({ addressHashes }) => addressHashes);
    return {
      banned: new Set(rows.flatMap(({ accountId, guestId }) => accountId ?? guestId ?? [])),
      bannedAddresses: new Set(hashes.map((hash) => Buffer.from(hash).toString('base64url'))),
    };
  }

  async #disabled(ids: readonly string[]): Promise<Set<string>> {
    const rows = await this.db.account.findMany({
      where: { id: { in: [...ids] }, disabledAt: { not: null } },
      select: { id: true },
    });
    return new Set(rows.map(({ id }) => id));
  }

  async #ended(ids: readonly string[]): Promise<ReadonlySet<string>> {
    if (ids.length === 0) return NOBODY;
    const where = { id: { in: [...ids] } };
    const select = { id: true } as const;
    const now = new Date(this.clock.nowMs());
    const [sessions, tokens] = await Promise.all([
      this.db.session.findMany({ where: { ...where, expiresAt: { gt: now } }, select }),
      this.db.apiToken.findMany({
        where: { ...where, OR: [{ expiresAt: null }, { expiresAt: { gt: now } }] },
        select,
      }),
    ]);
    const running = new Set([...sessions, ...tokens].map(({ id }) => id));
    return new Set(ids.filter((id) => !running.has(id)));
  }
}
