import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { madeOnce, run } from './cache.js';

const SOURCE = fileURLToPath(new URL('../pion', import.meta.url));

/** Returns the path of a WHEP player based on pion. Go caches the modules that it needs. */
export async function installPion(): Promise<string> {
  const files = await Promise.all(
    ['go.mod', 'go.sum', 'main.go'].map((name) => readFile(join(SOURCE, name), 'utf8')),
  );
  const folder = await madeOnce('pion', files.join('\n'), async (made) => {
    await run('go', ['build', '-o', join(made, 'whep'), '.'], { cwd: SOURCE });
  });
  return join(folder, 'whep');
}
