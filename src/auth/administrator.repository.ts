import type { PrismaService } from '../db/prisma.service.js';

type Transaction = Pick<PrismaService, '$executeRaw' | 'account'>;

/**
 * Returns whether an account is administrator, and the only one who can log in. Call it in the same
 * transaction before revoking that role: the lock serializes such changes, so that no two of them
 * count on each other's account.
 */
export async function lockAdministrator(
  tx: Transaction,
  id: string,
): Promise<{ isAdmin: boolean; isLast: boolean }> {
  await tx.$executeRaw`SELECT id FROM accounts WHERE is_admin ORDER BY id FOR UPDATE`;
  const own = await tx.account.findUnique({ where: { id }, select: { isAdmin: true } });
  const isAdmin = own?.isAdmin ?? false;
  const others = await tx.account.count({
    where: { isAdmin: true, disabledAt: null, id: { not: id } },
  });
  return { isAdmin, isLast: isAdmin && others === 0 };
}
