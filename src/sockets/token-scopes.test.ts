import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { EVENTS } from '../../test/support/access-table.js';
import { TOKEN_SCOPES, type TokenScope } from '../protocol/account-tokens.js';
import { scopeRefusal } from './token-scopes.js';

const events = Object.keys(EVENTS);
const document = readFileSync('PROTOCOL.md', 'utf8');

/** The third column of the table of scopes. */
const cells = new Map(
  [...document.matchAll(/^\| `([a-z]+:?[a-z]*)`\s*\|[^|]*\|([^|]*)\|$/gm)].map(
    ([, scope = '', requests = '']) => [scope, requests],
  ),
);

/** The requests that PROTOCOL.md says a scope is for. */
function promised(scope: string): string[] {
  return [...(cells.get(scope) ?? '').matchAll(/`([^`]+)`/g)].flatMap(([, name = '']) => {
    if (cells.has(name)) return promised(name);
    if (!name.endsWith('*')) return [name];
    return events.filter((event) => event.startsWith(name.slice(0, -1)));
  });
}

const identity = (scopes: readonly TokenScope[]) => ({
  account: { id: 'a', username: 'ann', displayName: 'ann', isAdmin: true },
  sessionId: 'token',
  guestId: 'g',
  scopes,
});

describe('an API token over a socket', () => {
  it.each(TOKEN_SCOPES)(
    'with %s reaches the requests that PROTOCOL.md names, no other',
    (scope) => {
      const reached = events.filter((event) => scopeRefusal(identity([scope]), event) === null);
      expect(reached.toSorted()).toEqual([...new Set(promised(scope))].toSorted());
    },
  );

  it('reaches nothing that is in no table', () => {
    for (const event of ['chat:new-thing', 'viewer:new-thing', 'toString', ''])
      expect(scopeRefusal(identity(TOKEN_SCOPES), event)?.code).toBe('forbidden');
  });

  it('is needed by no person', () => {
    const { scopes: _scopes, ...person } = identity([]);
    for (const event of events) expect(scopeRefusal(person, event)).toBeNull();
  });
});
