import { readdir, readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import { root } from './paths.mjs';

const IMPORT = /^(?:import\b|\} from)[^'\n]*'([^'\n]+)'/gm;

/**
 * Collects the packages that a script imports, directly or through the files that it imports.
 * @param {string} path
 * @param {Set<string>} [packages]
 * @param {Set<string>} [seen]
 */
async function packagesOf(path, packages = new Set(), seen = new Set()) {
  if (seen.has(path)) return packages;
  seen.add(path);
  for (const [, name = ''] of (await readFile(path, 'utf8')).matchAll(IMPORT)) {
    if (name.startsWith('.')) await packagesOf(join(dirname(path), name), packages, seen);
    else if (!name.startsWith('node:')) packages.add(name);
  }
  return packages;
}

test('the commands start without installed packages, because the setup installs them', async () => {
  const manifest = JSON.parse(await readFile(join(root, 'package.json'), 'utf8'));
  const scripts = Object.values(manifest.scripts).join('\n');
  const commands = [...scripts.matchAll(/scripts\/([\w-]+\.mjs)/g)].map(([, name = '']) => name);
  expect(commands).toContain('start.mjs');
  // A developer runs this one after the setup.
  const others = new Set(['new-migration.mjs']);
  for (const name of commands.filter((one) => !others.has(one)))
    expect([name, ...(await packagesOf(join(root, 'scripts', name)))]).toEqual([name]);
  expect(await readdir(join(root, 'scripts/set-up'))).toContain('bundle.mjs');
  expect([...(await packagesOf(join(root, 'scripts/set-up/bundle.mjs')))]).toContain('rolldown');
});
