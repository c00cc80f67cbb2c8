import { DomainError } from '../common/domain-error.js';

/**
 * Runs a call that hands a peer's parameters to mediasoup. What mediasoup throws then is about those
 * parameters (its own failures close the transport or kill the worker), so it becomes `media_refused`.
 */
export async function refusingMedia<T>(what: string, call: () => Promise<T>): Promise<T> {
  try {
    return await call();
  } catch (cause) {
    if (cause instanceof DomainError) throw cause;
    const detail = cause instanceof Error ? cause.message : String(cause);
    throw new DomainError('media_refused', `The ${what} can't be used: ${detail}`, { cause });
  }
}
