import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { EVENTS } from '../../test/support/access-table.js';
import { TOKEN_SCOPES, type TokenScope } from '../protocol/account-tokens.js';
import { scopeRefusal } from './token-scopes.js';

const events = Object.keys(EVENTS);
const document = readFileSync('PROTOCOL.md', 'utf8');

/** The third column of the scope table, by scope. */
const cells = new Map(
  [...document.matchAll(/^\| `([a-z]+:?[a-z]*)`\s*\|[^|]*\|([^|]*)\|$/gm)].map(
    ([, scope = '', requests = '']) => [scope, requests],
  ),
);

/** Returns the requests that a scope allows according to PROTOCOL.md. */
function documented(scope: string): string[] {
  return [...(cells.get(scope) ?? '').matchAll(/`([^`]+)`/g)].flatMap(([, name = '']) => {
    if (cells.has(name)) return documented(name);
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
  it.each(TOKEN_SCOPES)('with %s allows the requests in PROTOCOL.md and no others', (scope) => {
    const allowed = events.filter((event) => scopeRefusal(identity([scope]), event) === null);
    expect(allowed.toSorted()).toEqual([...new Set(documented(scope))].toSorted());
  });

  it('rejects requests that are not in the table', () => {
    for (const event of ['chat:new-thing', 'viewer:new-thing', 'toString', ''])
      expect(scopeRefusal(identity(TOKEN_SCOPES), event)?.code).toBe('forbidden');
  });

  it('is not required for people', () => {
    const { scopes: _scopes, ...person } = identity([]);
    for (const event of events) expect(scopeRefusal(person, event)).toBeNull();
  });
});
