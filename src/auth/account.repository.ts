import { Injectable } from '@nestjs/common';
import { nameSkeleton } from '../common/name-skeleton.js';
import { isUniqueViolation } from '../db/prisma-errors.js';
import { PrismaService } from '../db/prisma.service.js';
import { claimsOf } from './account-names.js';
import { lockFirstAdministrator } from './administrator.repository.js';

/** An account, without its secrets. */
export type Account = Readonly<{
  id: string;
  username: string;
  /** The name to display; if empty, the username is displayed. */
  displayName: string;
  isAdmin: boolean;
  disabledAt: Date | null;
  createdAt: Date;
  avatar: Readonly<{ version: string }> | null;
}>;

/** The secrets that prove ownership of an account. */
export type AccountSecrets = Readonly<{
  /** Null for accounts that can only log in through a provider. */
  passwordHash: string | null;
  /** The encrypted secret, which is in use if `totpEnabledAt` is set. */
  totpSecret: Uint8Array | null;
  totpEnabledAt: Date | null;
  totpLastStep: number | null;
}>;

/** A new account. */
export type NewAccount = Readonly<{
  username: string;
  passwordHash: string | null;
  displayName?: string;
}>;

const ACCOUNT = {
  id: true,
  username: true,
  displayName: true,
  isAdmin: true,
  disabledAt: true,
  createdAt: true,
  avatar: { select: { version: true } },
} as const;
const SECRETS = {
  passwordHash: true,
  totpSecret: true,
  totpEnabledAt: true,
  totpLastStep: true,
} as const;

/** Stores accounts. */
@Injectable()
export class AccountRepository {
  constructor(private readonly db: PrismaService) {}

  /**
   * Creates an account. Resolves to null if one of its names is taken or looks like one that is
   * taken.
   */
  create(account: NewAccount): Promise<Account | null> {
    return insert(this.db, { ...account, isAdmin: false });
  }

  /**
   * Like {@link create}, for the first administrator's account. Resolves to `not_first` if an
   * administrator exists.
   */
  createFirstAdministrator(account: NewAccount): Promise<Account | 'not_first' | null> {
    return this.db.$transaction(async (tx) =>
      (await lockFirstAdministrator(tx)) ? insert(tx, { ...account, isAdmin: true }) : 'not_first',
    );
  }

  async find(id: string): Promise<Account | null> {
    return this.db.account.findUnique({ where: { id }, select: ACCOUNT });
  }

  async findWithSecrets(
    who: { id: string } | { username: string },
  ): Promise<(Account & AccountSecrets) | null> {
    return this.db.account.findUnique({ where: who, select: { ...ACCOUNT, ...SECRETS } });
  }

  /**
   * Changes the display name. Resolves to `taken` if the name looks like another account's name, or
   * null if the account no longer exists.
   */
  async setDisplayName(id: string, displayName: string): Promise<Account | 'taken' | null> {
    try {
      const exists = await this.db.$transaction(async (tx) => {
        const { count } = await tx.account.updateMany({ where: { id }, data: { displayName } });
        if (count === 0) return false;
        await tx.accountName.deleteMany({ where: { accountId: id, isUsername: false } });
        const skeleton = nameSkeleton(displayName);
        const own = await tx.accountName.count({ where: { accountId: id, skeleton } });
        if (skeleton !== '' && own === 0)
          await tx.accountName.create({ data: { skeleton, accountId: id, isUsername: false } });
        return true;
      });
      return exists ? await this.find(id) : null;
    } catch (error) {
      if (isUniqueViolation(error)) return 'taken';
      throw error;
    }
  }

  async setPasswordHash(id: string, passwordHash: string): Promise<void> {
    await this.db.account.updateMany({ where: { id }, data: { passwordHash } });
  }

  /** Whether the account is connected to a login provider. */
  async hasProvider(id: string): Promise<boolean> {
    return (await this.db.externalIdentity.count({ where: { accountId: id } })) > 0;
  }
}

async function insert(
  db: Pick<PrismaService, 'account'>,
  account: NewAccount & { isAdmin: boolean },
): Promise<Account | null> {
  const { username, displayName = '' } = account;
  const names = { create: claimsOf({ username, displayName }) };
  try {
    return await db.account.create({ data: { ...account, names }, select: ACCOUNT });
  } catch (error) {
    if (isUniqueViolation(error)) return null;
    throw error;
  }
}
