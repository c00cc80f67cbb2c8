import { DomainError } from '../common/domain-error.js';
import type { Identity } from '../common/identity.js';
import type { TokenScope } from '../protocol/account-tokens.js';

const READS_CHAT: ReadonlySet<string> = new Set(['chat:join', 'chat:leave', 'chat:history']);
const WRITES_CHAT: ReadonlySet<string> = new Set(['chat:send', 'chat:react', 'chat:float']);

/**
 * What refuses a socket's request that its API token doesn't reach; null when it does. People, who come
 * with cookies, may ask for everything.
 */
export function scopeRefusal({ scopes }: Identity, event: string): DomainError | null {
  if (scopes === undefined) return null;
  const enough = scopesFor(event);
  if (enough.some((scope) => scopes.includes(scope))) return null;
  return new DomainError('forbidden', `This needs an API token with the scope ${enough[0]}.`);
}

/** Any of these is enough. What isn't named here about a chat moderates it. */
function scopesFor(event: string): TokenScope[] {
  if (event.startsWith('publisher:')) return ['broadcast:write'];
  if (READS_CHAT.has(event)) return ['chat:read', 'chat:write', 'chat:moderate'];
  if (WRITES_CHAT.has(event)) return ['chat:write'];
  if (event.startsWith('chat:') || event.startsWith('moderation:')) return ['chat:moderate'];
  return ['channels:read', 'broadcast:write'];
}
