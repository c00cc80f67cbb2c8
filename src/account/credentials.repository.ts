import { Injectable } from '@nestjs/common';
import { PrismaService } from '../db/prisma.service.js';
import type { EventOrigin } from '../security-log/security-event.js';
import { type Transaction, writeEvent } from '../security-log/security-event.repository.js';

/** Describes which of an account's credentials to revoke. */
export type Ending = Readonly<{
  accountId: string;
  /** The hash of the new password; null to leave the password unchanged. */
  passwordHash: string | null;
  /** The id of the session that continues. */
  exceptSession: string | null;
  tokens: boolean;
  streamKeys: boolean;
  from: EventOrigin;
  at: Date;
}>;

/** The ids of everything that was revoked. */
export type Ended = Readonly<{
  sessions: readonly string[];
  tokens: readonly string[];
  /** The channels whose stream keys were removed. */
  channels: readonly string[];
}>;

/** Revokes an account's credentials, in all tables. */
@Injectable()
export class CredentialsRepository {
  constructor(private readonly db: PrismaService) {}

  /** Revokes credentials in one transaction. */
  async end(ending: Ending): Promise<Ended> {
    return this.db.$transaction(async (tx) => {
      const { accountId, passwordHash, from, at } = ending;
      if (passwordHash !== null) {
        await tx.account.updateMany({ where: { id: accountId }, data: { passwordHash } });
        await writeEvent(tx, { accountId, kind: 'password_changed', from }, at);
      }
      const ofAccount = { where: { accountId }, select: { id: true } };
      const sessions = (await tx.session.findMany(ofAccount))
        .map(({ id }) => id)
        .filter((id) => id !== ending.exceptSession);
      await tx.session.deleteMany({ where: { id: { in: sessions } } });
      if (sessions.length > 0)
        await writeEvent(tx, { accountId, kind: 'sessions_ended', from }, at);
      const tokens = ending.tokens
        ? (await tx.apiToken.findMany(ofAccount)).map(({ id }) => id)
        : [];
      await tx.apiToken.deleteMany({ where: { id: { in: tokens } } });
      if (tokens.length > 0) await writeEvent(tx, { accountId, kind: 'tokens_ended', from }, at);
      const channels = ending.streamKeys ? await removeStreamKeys(tx, ending) : [];
      return { sessions, tokens, channels };
    });
  }
}

async function removeStreamKeys(
  tx: Transaction & Pick<PrismaService, 'channel'>,
  { accountId, from, at }: Ending,
): Promise<string[]> {
  const channels = await tx.channel.findMany({
    where: { ownerId: accountId, streamKeyHash: { not: null } },
    select: { id: true, name: true },
  });
  const ids = channels.map(({ id }) => id);
  await tx.channel.updateMany({
    where: { id: { in: ids } },
    data: { streamKeyHash: null, streamKeyAt: null },
  });
  for (const { name: subject } of channels)
    await writeEvent(tx, { accountId, kind: 'stream_key_removed', subject, from }, at);
  return ids;
}
