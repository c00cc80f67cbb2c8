import type { PrismaService } from '../db/prisma.service.js';

type Transaction = Pick<PrismaService, '$executeRaw' | 'account'>;

/** The key of the advisory lock under which the first administrator is appointed. */
const FIRST_LOCK = 72_707_371;

/** Whether there is an administrator who can log in. */
export async function hasAdministrator(db: Pick<PrismaService, 'account'>): Promise<boolean> {
  return (await db.account.count({ where: { isAdmin: true, disabledAt: null } })) > 0;
}

/**
 * Returns whether the first administrator may be appointed, that is, whether none exists. Must be
 * called in the transaction that appoints the administrator. The lock serializes such transactions
 * across all nodes.
 */
export async function lockFirstAdministrator(tx: Transaction): Promise<boolean> {
  await tx.$executeRaw`SELECT pg_advisory_xact_lock(${FIRST_LOCK}::bigint)`;
  return !(await hasAdministrator(tx));
}

/**
 * Returns whether an account is an administrator, and whether it is the last administrator who can
 * log in. Must be called before the change, in the transaction that revokes the role, or disables
 * or deletes the account. The lock serializes such changes. Without it, two concurrent changes
 * could each count the other's account as the remaining administrator.
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
