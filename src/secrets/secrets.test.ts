import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { masterSecret } from './master-secret.js';
import { Secrets } from './secrets.js';

describe('Secrets', () => {
  const secrets = new Secrets(Buffer.alloc(32, 7));

  it('creates signatures that are valid for one purpose only', () => {
    const signature = secrets.sign('hls-token', 'fire');
    expect(secrets.isSigned('hls-token', 'fire', signature)).toBe(true);
    expect(secrets.isSigned('channel-pass', 'fire', signature)).toBe(false);
    expect(secrets.isSigned('hls-token', 'fir', signature)).toBe(false);
    expect(secrets.isSigned('hls-token', 'fire', '')).toBe(false);
  });

  it('unseals only what it sealed, for the same purpose and context', () => {
    const sealed = secrets.seal('second-factor', 'seed', 'account 1');
    expect(secrets.unseal('second-factor', sealed, 'account 1')).toBe('seed');
    expect(secrets.unseal('second-factor', sealed, 'account 2')).toBeNull();
    expect(secrets.unseal('webhook', sealed, 'account 1')).toBeNull();
    expect(secrets.unseal('second-factor', `${sealed.slice(0, -4)}AAAA`, 'account 1')).toBeNull();
    expect(secrets.unseal('second-factor', 'short', 'account 1')).toBeNull();
  });
});

describe('masterSecret', () => {
  let dir = '';
  beforeEach(async () => {
    dir = await mkdtemp(join(tmpdir(), 'onair-secret-'));
  });
  afterEach(() => rm(dir, { recursive: true }));

  it('is created once, readable by its owner only', async () => {
    const [first, second] = await Promise.all([
      masterSecret({ given: null, dir }),
      masterSecret({ given: null, dir }),
    ]);
    expect(second).toEqual(first);
    expect(await masterSecret({ given: null, dir })).toEqual(first);
    expect((await stat(join(dir, 'secret.key'))).mode & 0o777).toBe(0o600);
  });

  it('loses other users’ permissions at the next startup', async () => {
    await masterSecret({ given: null, dir });
    const text = await readFile(join(dir, 'secret.key'));
    await rm(join(dir, 'secret.key'));
    await writeFile(join(dir, 'secret.key'), text, { mode: 0o644 });
    await masterSecret({ given: null, dir });
    expect((await stat(join(dir, 'secret.key'))).mode & 0o777).toBe(0o600);
  });

  it('reports what to do about a damaged file', async () => {
    await writeFile(join(dir, 'secret.key'), 'oops');
    await expect(masterSecret({ given: null, dir })).rejects.toThrow(/is damaged\. Restore it/);
  });

  it('is the configured one if set', async () => {
    const given = 'x'.repeat(40);
    expect(Buffer.from(await masterSecret({ given, dir })).toString()).toBe(given);
  });
});
