import { Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { nameSkeleton } from '../common/name-skeleton.js';
import { PrismaService } from '../db/prisma.service.js';

/** Accounts whose names are taken down at one time. */
const BATCH = 500;

/** What the names of a new account look like, as rows. */
export function claimsOf({ username, displayName }: { username: string; displayName: string }) {
  const claims = [{ skeleton: nameSkeleton(username), isUsername: true }];
  const shown = nameSkeleton(displayName);
  if (shown !== '' && shown !== claims[0]?.skeleton)
    claims.push({ skeleton: shown, isUsername: false });
  return claims;
}

/** Which names look like an account's: by their skeletons, each of which is one account's. */
@Injectable()
export class AccountNames implements OnApplicationBootstrap {
  constructor(private readonly db: PrismaService) {}

  /** Takes down the names of accounts that were made before there were skeletons. Those that look alike stay. */
  async onApplicationBootstrap(): Promise<void> {
    let after: string | null = null;
    for (;;) {
      const accounts: { id: string; username: string; displayName: string }[] =
        await this.db.account.findMany({
          where: {
            names: { none: { isUsername: true } },
            ...(after === null ? {} : { id: { gt: after } }),
          },
          // In the order of their making: who had the name first has it.
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

  /** Whether a name looks like one of an account; of another one than `exceptId`. */
  async isTaken(name: string, exceptId: string | null = null): Promise<boolean> {
    const row = await this.db.accountName.findUnique({
      where: { skeleton: nameSkeleton(name) },
      select: { accountId: true },
    });
    return row !== null && row.accountId !== exceptId;
  }
}
