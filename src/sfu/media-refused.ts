import { DomainError } from '../common/domain-error.js';

/** The target of a call: a mediasoup worker, router or transport, closed when its worker died. */
type Source = Readonly<{ closed: boolean }>;

/**
 * Runs a call that passes a peer's parameters to mediasoup. An error means that the parameters are
 * invalid and becomes `media_refused`, unless `source` is closed, as after its worker's death: then
 * it becomes `transport_not_found`, which tells the client to reconnect.
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

/**
 * Runs a call that allocates resources of `source`; throws `unavailable` if it died during the
 * call, as workers may.
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
