import { spawnSync } from 'node:child_process';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

const SOURCE = resolve('test/clients/pion');
/** The Go packages of the programs. */
const PACKAGES = { player: '.', load: './load' } as const;
/** The first build downloads the modules. */
const BUILD_TIMEOUT_MS = 300_000;

/**
 * Compiles a program in `test/clients/pion` and returns its path. Null if Go is missing, GO_BIN is
 * empty, or the modules are unavailable.
 */
export function buildPion(name: keyof typeof PACKAGES): string | null {
  const go = process.env['GO_BIN'] ?? 'go';
  if (go === '') return null;
  const program = join(tmpdir(), `onair-pion-${name}-${process.pid}`);
  const { status } = spawnSync(go, ['build', '-o', program, PACKAGES[name]], {
    cwd: SOURCE,
    timeout: BUILD_TIMEOUT_MS,
    stdio: 'ignore',
  });
  return status === 0 ? program : null;
}
