import { z } from 'zod';
import { Prisma } from '../generated/prisma/client.js';

/** True when a row was refused because another one has the same unique values. */
export function isUniqueViolation(error: unknown): boolean {
  if (!(error instanceof Prisma.PrismaClientKnownRequestError)) return false;
  if (error.code === 'P2002') return true;
  // A raw statement's failures all have one code; PostgreSQL's own is further inside.
  return error.code === 'P2010' && RawFailure.safeParse(error.meta).success;
}

const RawFailure = z.object({
  driverAdapterError: z.object({ cause: z.object({ originalCode: z.literal('23505') }) }),
});

/** True when the row to change or to refer to is not there (any more). */
export function isMissingRow(error: unknown): boolean {
  return (
    error instanceof Prisma.PrismaClientKnownRequestError &&
    (error.code === 'P2025' || error.code === 'P2003')
  );
}
