import { describe, expect, it } from 'vitest';
import { type Asker, type ChannelAccess, decide, narrowed, stricter } from './access-policy.js';

const channel: ChannelAccess = {
  id: 'c1',
  name: 'tea',
  ownerId: 'owner',
  visibility: 'public',
  ofChannel: 'public',
  closedBroadcasts: new Map(),
  hasPassword: false,
  version: 3,
  members: new Set(['member', 'banned-member']),
  moderators: new Set(['moderator']),
  banned: new Set(['banned-member', 'banned-guest']),
  bannedAddresses: new Set(['banned-address']),
  disabled: new Set(['disabled']),
  endedSessions: new Set(),
};
const guest: Asker = { accountId: null, guestId: 'g', addressHash: 'home', passes: [] };
const account = (accountId: string): Asker => ({ ...guest, accountId });
const enteredBy = (holder: string, version = 3) => ({ passes: [{ version, holder }] });
const askers = {
  guest,
  'a banned guest': { ...guest, guestId: 'banned-guest' },
  'a banned guest who knows the password': {
    ...guest,
    guestId: 'banned-guest',
    ...enteredBy('banned-guest'),
  },
  'a guest at a banned address': { ...guest, addressHash: 'banned-address', ...enteredBy('g') },
  'a guest with the pass of a banned guest': { ...guest, ...enteredBy('banned-guest') },
  'a guest with the pass of a banned member': { ...guest, ...enteredBy('banned-member') },
  'a guest with the pass of a disabled account': { ...guest, ...enteredBy('disabled') },
  'a guest with the old pass of a banned guest': { ...guest, ...enteredBy('banned-guest', 2) },
  'a guest who entered the password': { ...guest, ...enteredBy('g') },
  'a guest who entered an earlier password': { ...guest, ...enteredBy('g', 2) },
  stranger: account('stranger'),
  'a stranger who entered the password': { ...account('stranger'), ...enteredBy('stranger') },
  'a stranger who entered the password at a banned address': {
    ...account('stranger'),
    addressHash: 'banned-address',
    ...enteredBy('stranger'),
  },
  'a stranger with the pass of a banned guest': {
    ...account('stranger'),
    ...enteredBy('banned-guest'),
  },
  member: account('member'),
  'a banned member': account('banned-member'),
  'a disabled account that entered the password': {
    ...account('disabled'),
    ...enteredBy('disabled'),
  },
  moderator: account('moderator'),
  owner: account('owner'),
} satisfies Record<string, Asker>;
type Who = keyof typeof askers;

const allowedTo = (visibility: ChannelAccess['visibility'], decision: string) =>
  (Object.keys(askers) as Who[]).filter(
    (who) => decide({ ...channel, visibility }, askers[who]) === decision,
  );

describe('decide', () => {
  it.each(['public', 'unlisted'] as const)('allows everyone into a channel that is %s', (open) => {
    expect(allowedTo(open, 'allowed')).toEqual(Object.keys(askers));
  });

  it('allows members, moderators and the owner into a private channel', () => {
    expect(allowedTo('private', 'allowed')).toEqual(['member', 'moderator', 'owner']);
  });

  it('makes a private channel indistinguishable from a missing one', () => {
    expect(allowedTo('private', 'password_needed')).toEqual([]);
    for (const asker of Object.values(askers)) expect(decide(null, asker)).toBe('not_found');
  });

  it('allows holders of the current password, moderators and the owner into a channel with a password', () => {
    expect(allowedTo('password', 'allowed')).toEqual([
      'a guest who entered the password',
      'a stranger who entered the password',
      'a stranger who entered the password at a banned address',
      'moderator',
      'owner',
    ]);
  });

  it('requires the new password after a change, except from callers who are refused anyway', () => {
    expect(allowedTo('password', 'password_needed')).toEqual([
      'guest',
      'a guest who entered an earlier password',
      'stranger',
      'a stranger with the pass of a banned guest',
      'member',
    ]);
  });
});

describe('narrowed', () => {
  it.each([
    ['public', 'public', 'public'],
    ['public', 'unlisted', 'unlisted'],
    ['unlisted', 'public', 'unlisted'],
    ['public', 'private', 'private'],
    ['password', 'unlisted', 'password'],
    ['private', 'password', 'private'],
  ] as const)('combines a %s channel and a %s part into %s', (ofChannel, own, both) => {
    expect(narrowed({ ...channel, ofChannel }, own).visibility).toBe(both);
    expect(stricter(own, ofChannel)).toBe(both);
  });

  it('starts from the channel’s own visibility, not the broadcast’s', () => {
    const now = { ...channel, visibility: 'private' as const };
    expect(narrowed(now, 'public').visibility).toBe('public');
  });
});
