import type { PrismaService } from '../db/prisma.service.js';

type Transaction = Pick<PrismaService, '$executeRaw' | 'account'>;

/**
 * Whether an account is administrator, and the only one who can log in. Whoever may take it from one
 * asks here first, in the same transaction: the lock lets one do so at a time, so that two can't both
 * count on the other (each would see that one is left).
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
