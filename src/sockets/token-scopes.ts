import { DomainError } from '../common/domain-error.js';
import type { Identity } from '../common/identity.js';
import type { TokenScope } from '../protocol/account-tokens.js';
import type { RequestName } from '../protocol/events.js';

const WATCHES = ['channels:read'] as const;
const PUBLISHES = ['broadcast:write'] as const;
/** Both make connections for media, and set their clocks by the server's. */
const USES_MEDIA = [...WATCHES, ...PUBLISHES] as const;
const READS = ['chat:read', 'chat:write', 'chat:moderate'] as const;
const WRITES = ['chat:write'] as const;
const MODERATES = ['chat:moderate'] as const;

/** The scopes that each request takes: one of them is enough. A request that is not here reaches nobody by a token. */
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
  // What a command needs depends on which it is: `COMMAND_SCOPES`.
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
 * What refuses a socket's request that its API token doesn't reach; null when it does. People, who come
 * with cookies, may ask for everything.
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
