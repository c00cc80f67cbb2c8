import { DomainError } from '../common/domain-error.js';
import { type Rate, TokenBucket } from '../common/token-bucket.js';
import type { RequestName } from '../protocol/events.js';

/**
 * The maximum rates per connection of requests that cost more than a message, such as media
 * connections and database queries.
 */
const RATES: Partial<Record<RequestName, Rate>> = {
  'publisher:start': { burst: 10, perSecond: 0.2 },
  'publisher:produce': { burst: 20, perSecond: 1 },
  'publisher:thumbnail': { burst: 5, perSecond: 0.5 },
  'transport:connect': { burst: 20, perSecond: 1 },
  'transport:restart-ice': { burst: 20, perSecond: 1 },
  'viewer:join': { burst: 20, perSecond: 1 },
  'viewer:layer': { burst: 30, perSecond: 5 },
  'viewer:resume': { burst: 30, perSecond: 5 },
  'stage:open': { burst: 10, perSecond: 0.2 },
  'stage:join': { burst: 10, perSecond: 0.2 },
  'stage:produce': { burst: 20, perSecond: 1 },
  'stage:unproduce': { burst: 20, perSecond: 1 },
  'stage:pause': { burst: 20, perSecond: 2 },
  'stage:resume': { burst: 100, perSecond: 10 },
  'stage:layer': { burst: 100, perSecond: 20 },
  'stage:place': { burst: 30, perSecond: 5 },
  'stage:say': { burst: 5, perSecond: 1 },
  'chat:join': { burst: 20, perSecond: 2 },
  'chat:history': { burst: 20, perSecond: 2 },
};
const RATE_BY_NAME: ReadonlyMap<string, Rate> = new Map(Object.entries(RATES));

/** Limits the requests of one connection by kind; the packet guard limits their total. */
export class RequestRates {
  readonly #buckets = new Map<string, TokenBucket>();

  /** Returns the error with which to refuse a request, or null to accept it. */
  refusal(event: string, nowMs: number): DomainError | null {
    const rate = RATE_BY_NAME.get(event);
    if (!rate) return null;
    const bucket = this.#buckets.get(event) ?? new TokenBucket(rate, nowMs);
    this.#buckets.set(event, bucket);
    const retryAfterMs = bucket.take(nowMs);
    if (retryAfterMs === 0) return null;
    return new DomainError('rate_limited', 'Too many requests of this kind. Slow down.', {
      retryAfterMs,
    });
  }
}
