import { Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { nameSkeleton } from '../common/name-skeleton.js';
import { PrismaService } from '../db/prisma.service.js';

/** The number of accounts per batch. */
const BATCH = 500;

/** Returns the skeleton rows of a new account's names. */
export function claimsOf({ username, displayName }: { username: string; displayName: string }) {
  const claims = [{ skeleton: nameSkeleton(username), isUsername: true }];
  const shown = nameSkeleton(displayName);
  if (shown !== '' && shown !== claims[0]?.skeleton)
    claims.push({ skeleton: shown, isUsername: false });
  return claims;
}

/** Finds confusable names by their skeletons. Each skeleton belongs to one account. */
@Injectable()
export class AccountNames implements OnApplicationBootstrap {
  constructor(private readonly db: PrismaService) {}

  /**
   * Stores the skeletons for accounts created before skeletons were introduced. Existing accounts
   * whose names look alike can keep their names.
   */
  async onApplicationBootstrap(): Promise<void> {
    let after: string | null = null;
    for (;;) {
      const accounts: { id: string; username: string; displayName: string }[] =
        await this.db.account.findMany({
          where: {
            names: { none: { isUsername: true } },
            ...(after === null ? {} : { id: { gt: after } }),
          },
          // The oldest accounts come first, because the oldest of those whose names look alike gets
          // the skeleton.
          orderBy: { id: 'asc' },
          select: { id: true, username: true, displayName: true },
          take: BATCH,
        });
      const claims = accounts.flatMap(({ id: accountId, ...names }) =>
        claimsOf(names).map((claim) => ({ ...claim, accountId })),
      );
      await this.db.accountName.createMany({ data: claims, skipDuplicates: true });
      if (accounts.length < BATCH) return;
      after = accounts.at(-1)?.id ?? null;
    }
  }

  /** Whether a name looks like that of an account other than `exceptId`. */
  async isTaken(name: string, exceptId: string | null = null): Promise<boolean> {
    const row = await this.db.accountName.findUnique({
      where: { skeleton: nameSkeleton(name) },
      select: { accountId: true },
    });
    return row !== null && row.accountId !== exceptId;
  }
}
