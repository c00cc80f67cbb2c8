import { describe, expect, it } from 'vitest';
import { TOKEN_SCOPES } from '../../protocol/account-tokens.js';
import { CHAT_COMMANDS } from '../../protocol/chat-commands.js';
import { assertInScope } from './command-scopes.js';
import { parseCommand } from './parse-command.js';

/** The commands, with the arguments that they require. */
const TYPED: Readonly<Record<string, string>> = {
  timeout: '/timeout milo 60',
  delete: '/delete 1',
  restore: '/restore 1',
  pin: '/pin 1',
};
const WITH_NAME = new Set(['untimeout', 'ban', 'unban', 'clear', 'mod', 'unmod']);

function refusedWith(typed: string): string[] {
  const parsed = parseCommand(typed);
  if (!parsed.ok) throw new Error(`${typed} is not a command`);
  return TOKEN_SCOPES.filter((scope) => {
    try {
      assertInScope(parsed.command, [scope]);
      return false;
    } catch {
      return true;
    }
  });
}

describe('a command sent with an API token', () => {
  it.each(CHAT_COMMANDS.map(({ name, forWhom }) => ({ name, forWhom })))(
    '/$name requires the scope of its action',
    ({ name, forWhom }) => {
      const typed = TYPED[name] ?? (WITH_NAME.has(name) ? `/${name} milo` : `/${name}`);
      const enough = {
        everybody: ['chat:read', 'chat:write', 'chat:moderate'],
        moderators: ['chat:moderate'],
        accounts: [],
        owner: [],
      }[forWhom];
      expect(refusedWith(typed)).toEqual(
        TOKEN_SCOPES.filter((scope) => !enough.some((one) => one === scope)),
      );
    },
  );

  it('needs no scope if a person sent it', () => {
    expect(() => assertInScope({ name: 'mod' }, undefined)).not.toThrow();
  });
});
