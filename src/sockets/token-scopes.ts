import { DomainError } from '../common/domain-error.js';
import type { Identity } from '../common/identity.js';
import type { TokenScope } from '../protocol/account-tokens.js';
import type { RequestName } from '../protocol/events.js';

const WATCHES = ['channels:read'] as const;
const PUBLISHES = ['broadcast:write'] as const;
/** Both open media connections, and synchronize their clocks with the server's. */
const USES_MEDIA = [...WATCHES, ...PUBLISHES] as const;
const READS = ['chat:read', 'chat:write', 'chat:moderate'] as const;
const WRITES = ['chat:write'] as const;
const MODERATES = ['chat:moderate'] as const;

/**
 * The scopes that allow each request; any one of them suffices. API tokens cannot make a request
 * that is missing here.
 */
export const REQUEST_SCOPES: Readonly<Record<RequestName, readonly TokenScope[]>> = {
  'clock:ping': USES_MEDIA,
  'transport:connect': USES_MEDIA,
  'transport:restart-ice': USES_MEDIA,
  'viewer:join': WATCHES,
  'viewer:leave': WATCHES,
  'viewer:resume': WATCHES,
  'viewer:layer': WATCHES,
  'publisher:start': PUBLISHES,
  'publisher:end': PUBLISHES,
  'publisher:produce': PUBLISHES,
  'publisher:pause': PUBLISHES,
  'publisher:unproduce': PUBLISHES,
  'publisher:clock': PUBLISHES,
  'publisher:thumbnail': PUBLISHES,
  'chat:join': READS,
  'chat:leave': READS,
  'chat:history': READS,
  // The required scope depends on the command: see `COMMAND_SCOPES`.
  'chat:command': READS,
  'chat:send': WRITES,
  'chat:react': WRITES,
  'chat:float': WRITES,
  'chat:delete': MODERATES,
  'chat:restore': MODERATES,
  'chat:clear': MODERATES,
  'chat:timeout': MODERATES,
  'chat:ban': MODERATES,
  'chat:unban': MODERATES,
  'chat:bans': MODERATES,
  'chat:pin': MODERATES,
  'chat:settings': MODERATES,
  'chat:change-settings': MODERATES,
  'chat:held': MODERATES,
  'chat:judge': MODERATES,
  'chat:audit': MODERATES,
  'chat:undo': MODERATES,
  'chat:search': MODERATES,
  'chat:viewers': MODERATES,
};
const BY_NAME: ReadonlyMap<string, readonly TokenScope[]> = new Map(Object.entries(REQUEST_SCOPES));

/**
 * The error for a socket request outside the API token's scopes, or null if it is allowed. People,
 * identified by cookies, can make all requests.
 */
export function scopeRefusal({ scopes }: Identity, event: string): DomainError | null {
  if (scopes === undefined) return null;
  const enough = BY_NAME.get(event) ?? [];
  if (enough.some((scope) => scopes.includes(scope))) return null;
  const [needed] = enough;
  return new DomainError(
    'forbidden',
    needed === undefined
      ? 'API tokens are not accepted for this request.'
      : `This needs an API token with the scope ${needed}.`,
  );
}
