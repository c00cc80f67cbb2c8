import { z } from 'zod';
import { Prisma } from '../generated/prisma/client.js';

/** Whether an error is a violation of a unique constraint. */
export function isUniqueViolation(error: unknown): boolean {
  if (!(error instanceof Prisma.PrismaClientKnownRequestError)) return false;
  if (error.code === 'P2002') return true;
  // All failures of raw statements share one code; PostgreSQL's code is nested.
  return error.code === 'P2010' && RawFailure.safeParse(error.meta).success;
}

const RawFailure = z.object({
  driverAdapterError: z.object({ cause: z.object({ originalCode: z.literal('23505') }) }),
});

/** Whether an error means that a row to be changed or referenced does not exist. */
export function isMissingRow(error: unknown): boolean {
  return (
    error instanceof Prisma.PrismaClientKnownRequestError &&
    (error.code === 'P2025' || error.code === 'P2003')
  );
}
