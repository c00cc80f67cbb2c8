import { DomainError } from '../common/domain-error.js';

/** What a call is made on: a worker, router or transport of mediasoup, closed when its worker died. */
type Source = Readonly<{ closed: boolean }>;

/**
 * Runs a call that hands a peer's parameters to mediasoup. What mediasoup throws then is about those
 * parameters, so it becomes `media_refused`; unless it is `source` that is gone, as after its worker's
 * death: then it becomes `transport_not_found`, which says to connect again.
 */
export async function refusingMedia<T>(
  what: string,
  source: Source,
  call: () => Promise<T>,
): Promise<T> {
  try {
    return await call();
  } catch (cause) {
    if (cause instanceof DomainError) throw cause;
    if (source.closed)
      throw new DomainError('transport_not_found', 'This connection is closed. Connect again.', {
        cause,
      });
    const detail = cause instanceof Error ? cause.message : String(cause);
    throw new DomainError('media_refused', `The ${what} can't be used: ${detail}`, { cause });
  }
}

/** Runs a call that asks `source` for room; `unavailable` when it died under it, as workers may. */
export async function whileItLives<T>(source: Source, call: () => Promise<T>): Promise<T> {
  try {
    return await call();
  } catch (cause) {
    if (!source.closed) throw cause;
    throw new DomainError('unavailable', 'A media worker is restarting. Try again in a moment.', {
      cause,
      retryAfterMs: 1_000,
    });
  }
}
