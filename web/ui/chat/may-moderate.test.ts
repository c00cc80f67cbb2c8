import { expect, it } from 'vitest';
import type { ChatRole } from '../../../src/protocol/chat.js';
import { mayModerate } from './may-moderate.js';

const roles: readonly ChatRole[] = ['owner', 'moderator', 'member', 'guest'];

it.each<[ChatRole, readonly ChatRole[]]>([
  ['owner', ['moderator', 'member', 'guest']],
  ['moderator', ['member', 'guest']],
  ['member', []],
  ['guest', []],
])('lets %s moderate %j', (role, others) => {
  const against = roles.filter((other) =>
    mayModerate({ name: 'me', role }, { name: 'somebody', role: other }),
  );
  expect(against).toEqual(others);
});

it('lets no one moderate themselves', () => {
  for (const role of roles)
    expect(mayModerate({ name: 'me', role }, { name: 'me', role })).toBe(false);
});
