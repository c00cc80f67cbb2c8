import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { stripTypeScriptTypes } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { closeDataFolder } from './data-folder.js';

let base: string;
let dir: string;
beforeEach(() => {
  base = mkdtempSync(join(tmpdir(), 'onair-data-'));
  dir = join(base, 'data');
});
afterEach(() => rmSync(base, { recursive: true, force: true }));

const modeOf = (path: string): string => (statSync(path).mode & 0o777).toString(8);
const make = (path: string, mode: number): string => {
  writeFileSync(path, 'text');
  chmodSync(path, mode);
  return path;
};
const makeFolder = (path: string, mode: number): string => {
  mkdirSync(path);
  chmodSync(path, mode);
  return path;
};

describe('closeDataFolder', () => {
  it('creates a folder that only its owner can open', () => {
    closeDataFolder(dir);
    expect(modeOf(dir)).toBe('700');
  });

  it('restricts access to everything in an open folder, and preserves the owner’s permissions', () => {
    makeFolder(dir, 0o777);
    const folder = makeFolder(join(dir, 'recordings'), 0o755);
    const inner = makeFolder(join(folder, 'run'), 0o755);
    const files = [make(join(inner, 'a.m4s'), 0o666), make(join(dir, 'secret.key'), 0o440)];
    closeDataFolder(dir);
    expect([dir, folder, inner, ...files].map(modeOf)).toEqual(['700', '700', '700', '600', '400']);
  });

  it('completes the work of an interrupted start', () => {
    makeFolder(dir, 0o700);
    const folder = makeFolder(join(dir, 'recordings'), 0o755);
    const file = make(join(folder, 'a.m4s'), 0o644);
    closeDataFolder(dir);
    expect([folder, file].map(modeOf)).toEqual(['700', '600']);
  });

  it('follows links at the top level, but no others', () => {
    makeFolder(dir, 0o755);
    const disk = makeFolder(join(base, 'disk'), 0o755);
    const recorded = make(join(disk, 'a.m4s'), 0o644);
    const elsewhere = make(join(base, 'elsewhere'), 0o644);
    symlinkSync(disk, join(dir, 'recordings'));
    symlinkSync(elsewhere, join(disk, 'link'));
    symlinkSync(join(base, 'gone'), join(dir, 'broken'));
    closeDataFolder(dir);
    expect([disk, recorded, elsewhere].map(modeOf)).toEqual(['700', '600', '644']);
  });

  it.skipIf(process.getuid?.() !== 0)("rejects another user's folder", () => {
    chmodSync(base, 0o755);
    makeFolder(dir, 0o777);
    for (const name of ['data-folder', 'start-error']) {
      const source = readFileSync(new URL(`./${name}.ts`, import.meta.url), 'utf8');
      make(join(base, `${name}.js`), 0o644);
      writeFileSync(join(base, `${name}.js`), stripTypeScriptTypes(source, { mode: 'transform' }));
    }
    make(join(base, 'package.json'), 0o644);
    writeFileSync(join(base, 'package.json'), '{"type":"module"}');
    const node = join(base, 'node');
    copyFileSync(process.execPath, node);
    const script = `
      import { closeDataFolder } from ${JSON.stringify(join(base, 'data-folder.js'))};
      try { closeDataFolder(${JSON.stringify(dir)}); } catch (error) { console.log(error.message); }`;
    const said = execFileSync(node, ['--input-type=module', '-e', script], {
      uid: 65_534,
      gid: 65_534,
      encoding: 'utf8',
      cwd: base,
    });
    expect(said).toMatch(/is open to other users .*mode 0777.*belongs to another user \(id 0\)/);
  });
});
