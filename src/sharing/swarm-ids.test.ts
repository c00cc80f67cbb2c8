import { describe, expect, it } from 'vitest';
import type { ChannelAccess } from '../access/access-policy.js';
import { Secrets } from '../secrets/secrets.js';
import { infoHashOf, swarmIdOf } from './swarm-ids.js';

const secrets = new Secrets(new Uint8Array(32).fill(7));
const PRIVATE: ChannelAccess = {
  id: 'channel',
  name: 'tea',
  ownerId: 'owner',
  visibility: 'private',
  ofChannel: 'private',
  closedBroadcasts: new Map(),
  hasPassword: false,
  version: 3,
  members: new Set(['ann', 'bob']),
  moderators: new Set(['mo']),
  banned: new Set(['eve']),
  bannedAddresses: new Set(),
  disabled: new Set(),
  endedSessions: new Set(),
};
const idOf = (change: Partial<ChannelAccess>, run = 'run') =>
  swarmIdOf(secrets, { ...PRIVATE, ...change }, run);

describe('swarm ids', () => {
  it('are the same if the secret and the access are the same', () => {
    const elsewhere = new Secrets(new Uint8Array(32).fill(7));
    const sameMembers = { ...PRIVATE, members: new Set(['bob', 'ann']) };
    expect(swarmIdOf(elsewhere, sameMembers, 'run')).toBe(idOf({}));
    expect(idOf({ disabled: new Set(['zoe']), endedSessions: new Set(['s']) })).toBe(idOf({}));
  });

  it.each<[string, Partial<ChannelAccess>]>([
    ['password', { version: 4 }],
    ['visibility', { visibility: 'password' }],
    ['list of members', { members: new Set(['ann']) }],
    ['list of moderators', { moderators: new Set() }],
    ['list of bans', { banned: new Set(['eve', 'bob']) }],
    ['id (a new channel of the same name)', { id: 'another' }],
  ])('change with the %s', (_what, change) => {
    expect(idOf(change)).not.toBe(idOf({}));
  });

  it('differ for each run and for each secret', () => {
    expect(idOf({}, 'next')).not.toBe(idOf({}));
    expect(swarmIdOf(new Secrets(new Uint8Array(32).fill(8)), PRIVATE, 'run')).not.toBe(idOf({}));
  });

  it('for an open channel don’t depend on who is banned from its chat', () => {
    const open = { visibility: 'public' } as const;
    expect(idOf({ ...open, banned: new Set(['bob']) })).toBe(idOf(open));
  });
});

describe('info hashes', () => {
  // Computed by p2p-media-loader-core 2.3.1.
  it.each([
    ['video-1', 'PIBPMbAaeo1THd67E+8b'],
    ['opus', '6qbbh8Vhd+AXSosPU9EA'],
  ])('of %s are those that p2p-media-loader-core announces', (rendition, hash) => {
    expect(infoHashOf('tea-swarm', rendition)).toBe(hash);
  });
});
