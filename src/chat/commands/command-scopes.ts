import { DomainError } from '../../common/domain-error.js';
import type { TokenScope } from '../../protocol/account-tokens.js';
import type { Command } from './parse-command.js';

/** Who reads a chat may ask how it is used. */
const READS = ['chat:read', 'chat:write', 'chat:moderate'] as const;
const MODERATES = ['chat:moderate'] as const;
/** No token is enough, as over HTTP. */
const PEOPLE = [] as const;

/** What a command takes of an API token: what it stands for. One of the scopes is enough. */
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
 * @param scopes of the API token that the command came with; undefined: a person's
 * @throws {DomainError} `forbidden` for what the token doesn't reach
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
      ? 'This command is for people: API tokens are not accepted.'
      : `This command needs an API token with the scope ${needed}.`,
  );
}
