import { z } from 'zod';
import { DomainError } from '../common/domain-error.js';
import { ErrorBody } from '../protocol/error.js';

/** The answer to a call that was refused with a {@link DomainError}. */
export const Refused = z.object({ error: ErrorBody });
type Refused = z.output<typeof Refused>;

/** Answers a call; if `handle` refuses it with a {@link DomainError}, answers with that error. */
export async function refusing<A>(handle: () => A | Promise<A>): Promise<A | Refused> {
  try {
    return await handle();
  } catch (error) {
    if (error instanceof DomainError) return { error: error.toBody() };
    throw error;
  }
}

/**
 * Returns an answer from another node.
 * @param answer parsed with a union that includes {@link Refused}
 * @throws {DomainError} the error with which the call was refused
 */
export function accepted<A>(answer: A | Refused): A {
  if (!isRefused(answer)) return answer;
  const { code, message, retryAfterMs } = answer.error;
  throw new DomainError(code, message, retryAfterMs === undefined ? {} : { retryAfterMs });
}

function isRefused(answer: unknown): answer is Refused {
  return typeof answer === 'object' && answer !== null && 'error' in answer;
}
