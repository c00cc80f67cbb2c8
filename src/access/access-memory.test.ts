import { describe, expect, it } from 'vitest';
import { createLog } from '../common/logger.js';
import { AccessMemory } from './access-memory.js';
import type { ChannelAccess } from './access-policy.js';

const log = createLog({ level: 'silent', format: 'text' });
const NOBODY: ReadonlySet<string> = new Set();

function channel(change: Partial<ChannelAccess> = {}): ChannelAccess {
  return {
    id: 'c1',
    name: 'tea',
    ownerId: 'owner',
    visibility: 'public',
    ofChannel: 'public',
    closedBroadcasts: new Map(),
    hasPassword: false,
    version: 1,
    members: NOBODY,
    moderators: NOBODY,
    bannedAddresses: new Set(),
    banned: NOBODY,
    disabled: NOBODY,
    endedSessions: NOBODY,
    ...change,
  };
}

/**
 * A fake database with one channel. Tests can change the channel, and can disconnect and delay the
 * database.
 */
class Database {
  row: ChannelAccess | null = channel();
  isDown = false;
  reads = 0;
  readonly askedFor: string[][] = [];
  held: Promise<void> | null = null;

  async find(_name: string, accounts: readonly string[]): Promise<ChannelAccess | null> {
    this.reads += 1;
    this.askedFor.push([...accounts]);
    const { row } = this;
    await this.held;
    if (this.isDown) throw new Error('unavailable');
    return row;
  }
}

function make() {
  const clock = { ms: 1_000_000 };
  const database = new Database();
  const memory = new AccessMemory(database as never, { nowMs: () => clock.ms }, log);
  return { clock, database, memory };
}

describe('AccessMemory', () => {
  it('answers from memory for two seconds, even for a channel that does not exist', async () => {
    const { clock, database, memory } = make();
    expect(await memory.find('tea')).toEqual(channel());
    clock.ms += 1_999;
    expect(memory.find('tea')).toEqual(channel());
    database.row = null;
    expect(await memory.find('none')).toBeNull();
    expect(memory.find('none')).toBeNull();
    expect(database.reads).toBe(2);
  });

  it('answers from memory during a refresh, but after five seconds waits for it', async () => {
    const { clock, database, memory } = make();
    await memory.find('tea');
    database.row = channel({ version: 2 });
    clock.ms += 3_000;
    expect(memory.find('tea')).toMatchObject({ version: 1 });
    await memory.read('tea');
    expect(memory.find('tea')).toMatchObject({ version: 2 });
    database.row = channel({ version: 3 });
    clock.ms += 5_000;
    expect(await memory.find('tea')).toMatchObject({ version: 3 });
  });

  it('reads once for concurrent requests', async () => {
    const { database, memory } = make();
    await Promise.all(Array.from({ length: 20 }, async () => memory.find('tea')));
    expect(database.reads).toBe(1);
  });

  it('does not cache a read that began before a change', async () => {
    const { database, memory } = make();
    const { promise, resolve } = Promise.withResolvers<void>();
    database.held = promise;
    const before = memory.find('tea');
    database.row = channel({ visibility: 'private', version: 2 });
    memory.forget('tea');
    const after = memory.find('tea');
    resolve();
    await before;
    expect(await after).toMatchObject({ version: 2 });
    expect(memory.find('tea')).toMatchObject({ version: 2 });
  });

  it('uses the access that was last read while the database is unavailable', async () => {
    const { clock, database, memory } = make();
    await memory.find('tea');
    database.isDown = true;
    clock.ms += 60_000;
    expect(await memory.find('tea')).toEqual(channel());
    await expect(memory.find('never-read')).rejects.toThrow('unavailable');
    database.isDown = false;
    database.row = channel({ version: 2 });
    clock.ms += 5_000;
    expect(await memory.find('tea')).toMatchObject({ version: 2 });
  });

  it('notices when an account that requested access is disabled', async () => {
    const { database, memory } = make();
    await memory.find('tea');
    memory.recordAccount('tea', 'ann');
    memory.recordAccount('tea', 'bob');
    await memory.read('tea');
    expect(database.askedFor).toEqual([[], ['ann', 'bob']]);
  });

  it('does not query the database for invalid names', () => {
    const { database, memory } = make();
    for (const name of ['', 'a/b', 'TEA', 'x'.repeat(31), '__proto__'])
      expect(memory.find(name)).toBeNull();
    expect(database.reads).toBe(0);
  });
});
