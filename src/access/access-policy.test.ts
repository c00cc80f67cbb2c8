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
};
const guest: Asker = { accountId: null, guestId: 'g', addressHash: 'home', passes: [] };
const account = (accountId: string): Asker => ({ ...guest, accountId });
const typedBy = (holder: string, version = 3) => ({ passes: [{ version, holder }] });
const askers = {
  guest,
  'a banned guest': { ...guest, guestId: 'banned-guest' },
  'a banned guest who knows the password': {
    ...guest,
    guestId: 'banned-guest',
    ...typedBy('banned-guest'),
  },
  'a guest at a banned address': { ...guest, addressHash: 'banned-address', ...typedBy('g') },
  'a guest with the pass of a banned guest': { ...guest, ...typedBy('banned-guest') },
  'a guest with the pass of a banned member': { ...guest, ...typedBy('banned-member') },
  'a guest with the pass of a disabled account': { ...guest, ...typedBy('disabled') },
  'a guest with the old pass of a banned guest': { ...guest, ...typedBy('banned-guest', 2) },
  'a guest who typed the password': { ...guest, ...typedBy('g') },
  'a guest who typed the password before': { ...guest, ...typedBy('g', 2) },
  stranger: account('stranger'),
  'a stranger who typed the password': { ...account('stranger'), ...typedBy('stranger') },
  'a stranger who typed it at a banned address': {
    ...account('stranger'),
    addressHash: 'banned-address',
    ...typedBy('stranger'),
  },
  'a stranger with the pass of a banned guest': {
    ...account('stranger'),
    ...typedBy('banned-guest'),
  },
  member: account('member'),
  'a banned member': account('banned-member'),
  'a disabled account that typed the password': { ...account('disabled'), ...typedBy('disabled') },
  moderator: account('moderator'),
  owner: account('owner'),
} satisfies Record<string, Asker>;
type Who = keyof typeof askers;

const allowedTo = (visibility: ChannelAccess['visibility'], decision: string) =>
  (Object.keys(askers) as Who[]).filter(
    (who) => decide({ ...channel, visibility }, askers[who]) === decision,
  );

describe('decide', () => {
  it.each(['public', 'unlisted'] as const)('lets everybody into a channel that is %s', (open) => {
    expect(allowedTo(open, 'allowed')).toEqual(Object.keys(askers));
  });

  it('lets into a private channel who is on the list, its moderators and its owner', () => {
    expect(allowedTo('private', 'allowed')).toEqual(['member', 'moderator', 'owner']);
  });

  it('says of a private channel what it says of one that is not there', () => {
    expect(allowedTo('private', 'password_needed')).toEqual([]);
    for (const asker of Object.values(askers)) expect(decide(null, asker)).toBe('not_found');
  });

  it('lets into a channel with a password who typed the present one, its moderators and its owner', () => {
    expect(allowedTo('password', 'allowed')).toEqual([
      'a guest who typed the password',
      'a stranger who typed the password',
      'a stranger who typed it at a banned address',
      'moderator',
      'owner',
    ]);
  });

  it('asks for the password again when it was changed, and never asks whom it would not let in', () => {
    expect(allowedTo('password', 'password_needed')).toEqual([
      'guest',
      'a guest who typed the password before',
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
  ] as const)('makes something %s that is %s of its own accord %s', (ofChannel, own, both) => {
    expect(narrowed({ ...channel, ofChannel }, own).visibility).toBe(both);
    expect(stricter(own, ofChannel)).toBe(both);
  });

  it('goes by the channel’s own, not by what is on now', () => {
    const now = { ...channel, visibility: 'private' as const };
    expect(narrowed(now, 'public').visibility).toBe('public');
  });
});
