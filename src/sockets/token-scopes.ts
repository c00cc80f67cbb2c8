import { DomainError } from '../common/domain-error.js';
import type { Identity } from '../common/identity.js';
import type { TokenScope } from '../protocol/account-tokens.js';
import type { RequestName } from '../protocol/events.js';

const WATCHES = ['channels:read'] as const;
const PUBLISHES = ['broadcast:write'] as const;
/** Requests that both publishers and viewers send: media connections and clock synchronization. */
const USES_MEDIA = [...WATCHES, ...PUBLISHES] as const;
const READS = ['chat:read', 'chat:write', 'chat:moderate'] as const;
const WRITES = ['chat:write'] as const;
const MODERATES = ['chat:moderate'] as const;
const PEOPLE_ONLY = [] as const;

/**
 * The scopes that allow each request; one of them is enough. Requests that are missing here aren't
 * allowed with an API token.
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
  'publisher:move': PUBLISHES,
  'publisher:clock': PUBLISHES,
  'publisher:thumbnail': PUBLISHES,
  // Only people can use a stage.
  'stage:open': PEOPLE_ONLY,
  'stage:close': PEOPLE_ONLY,
  'stage:join': PEOPLE_ONLY,
  'stage:leave': PEOPLE_ONLY,
  'stage:produce': PEOPLE_ONLY,
  'stage:unproduce': PEOPLE_ONLY,
  'stage:pause': PEOPLE_ONLY,
  'stage:resume': PEOPLE_ONLY,
  'stage:layer': PEOPLE_ONLY,
  'stage:record-guests': PEOPLE_ONLY,
  'stage:mix': PEOPLE_ONLY,
  'stage:mix-programme': PEOPLE_ONLY,
  'stage:place': PEOPLE_ONLY,
  'stage:mute': PEOPLE_ONLY,
  'stage:allow-screen': PEOPLE_ONLY,
  'stage:remove': PEOPLE_ONLY,
  'stage:say': PEOPLE_ONLY,
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
 * Returns the error for a socket request outside the API token's scopes, or null if it is allowed.
 * People, who are identified by cookies, can make all requests.
 */
export function scopeRefusal({ scopes }: Identity, event: string): DomainError | null {
  if (scopes === undefined) return null;
  const enough = BY_NAME.get(event) ?? [];
  if (enough.some((scope) => scopes.includes(scope))) return null;
  const [needed] = enough;
  return new DomainError(
    'forbidden',
    needed === undefined
      ? 'This request does not accept API tokens.'
      : `This requires an API token with the scope ${needed}.`,
  );
}
