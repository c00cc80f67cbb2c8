import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { FolderLock } from './folder-lock.js';
import { StartError } from './start-error.js';

/** A process that locks a folder as {@link FolderLock} does, and reports it. */
const HOLDER = `
  const { DatabaseSync } = require('node:sqlite');
  const file = new DatabaseSync(process.argv[1]);
  file.exec('PRAGMA locking_mode=EXCLUSIVE; BEGIN EXCLUSIVE');
  console.log('locked');
  setInterval(() => file, 1000);`;

describe('FolderLock', () => {
  let dir: string;
  beforeEach(async () => {
    dir = await mkdtemp(join(tmpdir(), 'onair-lock-'));
  });
  afterEach(() => rm(dir, { recursive: true }));

  it('can be held only once, until it is released', () => {
    const lock = FolderLock.take(dir);
    expect(() => FolderLock.take(dir)).toThrow(StartError);
    expect(() => FolderLock.take(dir)).toThrow(/Another instance of Onair .* DATA_DIR=/);
    lock.release();
    lock.release();
    FolderLock.take(dir).release();
  });

  it('is released by the kernel when its process is killed', async () => {
    const holder = spawn(process.execPath, ['-e', HOLDER, join(dir, 'node.lock')]);
    try {
      await once(holder.stdout, 'data');
      expect(() => FolderLock.take(dir)).toThrow(/Another instance/);
    } finally {
      holder.kill('SIGKILL');
      await once(holder, 'close');
    }
    FolderLock.take(dir).release();
  });

  it('says why a folder can’t be locked', () => {
    expect(() => FolderLock.take(join(dir, 'missing'))).toThrow(/can't be locked: .*open/);
  });
});
