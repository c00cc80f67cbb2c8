import { DomainError } from '../common/domain-error.js';

/**
 * The target of a call: a mediasoup worker, router or transport. It is closed when its worker dies.
 */
type Source = Readonly<{ closed: boolean }>;

/**
 * Runs a call that passes a peer's parameters to mediasoup. An error means that the parameters are
 * invalid, and is thrown as `media_refused`. If `source` is closed, for example because its worker
 * died, the error is thrown as `transport_not_found`, which tells the client to reconnect.
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
    throw new DomainError('media_refused', `The ${what} can’t be used: ${detail}`, { cause });
  }
}

/**
 * Runs a call that allocates resources of `source`. Throws `unavailable` if `source` is closed
 * during the call because its worker died.
 */
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
