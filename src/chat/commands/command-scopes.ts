import { DomainError } from '../../common/domain-error.js';
import type { TokenScope } from '../../protocol/account-tokens.js';
import type { Command } from './parse-command.js';

/** Anyone who can read a chat may list its commands. */
const READS = ['chat:read', 'chat:write', 'chat:moderate'] as const;
const MODERATES = ['chat:moderate'] as const;
/** API tokens can neither run the command nor call the corresponding HTTP route. */
const PEOPLE = [] as const;

/** The API token scopes that allow a command; any one of them is enough. */
export const COMMAND_SCOPES: Readonly<Record<Command['name'], readonly TokenScope[]>> = {
  help: READS,
  follow: PEOPLE,
  unfollow: PEOPLE,
  timeout: MODERATES,
  ban: MODERATES,
  unban: MODERATES,
  clear: MODERATES,
  delete: MODERATES,
  restore: MODERATES,
  pin: MODERATES,
  unpin: MODERATES,
  rules: MODERATES,
  mod: PEOPLE,
  unmod: PEOPLE,
};

/**
 * @param scopes the scopes of the API token with which the command was sent; undefined for a person
 * @throws {DomainError} `forbidden` if the token's scopes don't allow the command
 */
export function assertInScope(
  { name }: Pick<Command, 'name'>,
  scopes: readonly TokenScope[] | undefined,
): void {
  const enough = COMMAND_SCOPES[name];
  if (scopes === undefined || enough.some((scope) => scopes.includes(scope))) return;
  const [needed] = enough;
  throw new DomainError(
    'forbidden',
    needed === undefined
      ? 'This command does not accept API tokens.'
      : `This command needs an API token with the scope ${needed}.`,
  );
}
