import { describe, expect, it } from 'vitest';
import { ADDRESS_BAN_MS } from '../../access/address-ban.js';
import { RoomBans, type StoredBan } from './room-bans.js';

const guest = (guestId: string) => ({ accountId: null, guestId });
const account = (accountId: string) => ({ accountId, guestId: null });
const ban = (more: Partial<StoredBan>): StoredBan => ({
  ...guest('troll'),
  id: 'id',
  name: 'troll',
  reason: '',
  createdAt: new Date(0),
  addressHashes: ['home'],
  expiresAt: null,
  ...more,
});
const from = (author: StoredBan | ReturnType<typeof guest> | ReturnType<typeof account>) => ({
  author,
  addressHash: 'home',
});

describe('RoomBans', () => {
  it('bans a device everywhere, and other guests at its address for a day', () => {
    const bans = new RoomBans([ban({})]);
    expect(bans.find({ author: guest('troll'), addressHash: 'away' }, 1)?.id).toBe('id');
    expect(bans.find(from(guest('new')), ADDRESS_BAN_MS - 1)?.id).toBe('id');
    expect(bans.find(from(guest('new')), ADDRESS_BAN_MS)).toBeNull();
    expect(bans.find(from(guest('troll')), ADDRESS_BAN_MS)?.id).toBe('id');
    expect(bans.find({ author: guest('new'), addressHash: 'away' }, 1)).toBeNull();
    expect(bans.find(from(account('ann')), 1)).toBeNull();
  });

  it('expires time-outs, including those of addresses', () => {
    const bans = new RoomBans([ban({ expiresAt: new Date(10_000) })]);
    expect(bans.find(from(guest('new')), 9_999)?.id).toBe('id');
    expect(bans.find(from(guest('new')), 10_000)).toBeNull();
    expect(bans.of(guest('troll'), 10_000)).toBeNull();
  });

  it('replaces an author’s earlier ban, including its address bans', () => {
    const bans = new RoomBans([ban({ addressHashes: ['old', 'older'] })]);
    bans.add(ban({ id: 'later' }));
    for (const addressHash of ['old', 'older'])
      expect(bans.find({ author: guest('new'), addressHash }, 1)).toBeNull();
    expect(bans.find(from(guest('new')), 1)?.id).toBe('later');
    bans.remove(guest('troll'));
    expect(bans.find(from(guest('troll')), 1)).toBeNull();
    expect(bans.find(from(guest('new')), 1)).toBeNull();
  });

  it('keeps an address banned while another banned device uses it', () => {
    const bans = new RoomBans([ban({}), ban({ ...guest('second'), id: 'second' })]);
    bans.remove(guest('troll'));
    expect(bans.find(from(guest('new')), 1)?.id).toBe('second');
  });

  it('bans guests at any address of a banned account', () => {
    const bans = new RoomBans([ban({ ...account('ann'), addressHashes: ['home', 'phone'] })]);
    for (const addressHash of ['home', 'phone'])
      expect(bans.find({ author: guest('new'), addressHash }, 1)?.id).toBe('id');
    expect(bans.find(from(account('bob')), 1)).toBeNull();
    bans.remove(account('ann'));
    expect(bans.find(from(guest('new')), 1)).toBeNull();
  });
});
