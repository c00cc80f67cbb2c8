import { createHash } from 'node:crypto';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { isAbsolute, join } from 'node:path';
import { Program } from '../program.js';

const base = process.env.XDG_CACHE_HOME;
/**
 * The folder for programs that take long to install, beside the media worker and outside the
 * checkout.
 */
export const CLIENTS_DIR: string = join(
  base && isAbsolute(base) ? base : join(homedir(), '.cache'),
  'onair/clients',
);
/** The time limit for an installation. */
const INSTALL_MS = 60 * 60_000;

/** The reason why a client isn't available, reported in its row. */
export class Missing extends Error {}

/**
 * Runs `work` in a folder of the cache, unless it has already succeeded with the same recipe. The
 * folder is emptied first unless `keeps`.
 * @returns the folder
 */
export async function madeOnce(
  name: string,
  recipe: string,
  work: (folder: string) => Promise<void>,
  { keeps = false }: { keeps?: boolean } = {},
): Promise<string> {
  const folder = join(CLIENTS_DIR, name);
  const stamp = join(CLIENTS_DIR, `${name}.stamp`);
  const wanted = createHash('sha256').update(recipe).digest('hex');
  if ((await readFile(stamp, 'utf8').catch(() => '')) === wanted) return folder;
  console.log(`  ${name}: installing, once`);
  if (!keeps) await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  await work(folder);
  await writeFile(stamp, wanted);
  return folder;
}

/**
 * Runs a program until it exits.
 * @throws {Missing} with its last output, if it fails or doesn't exist
 */
export async function run(
  command: string,
  args: readonly string[],
  options: { cwd?: string; env?: Record<string, string>; withinMs?: number } = {},
): Promise<string> {
  const program = Program.start(command, args, options);
  const code = await program.endWithin(options.withinMs ?? INSTALL_MS);
  if (code === 0) return program.output;
  const said = program.lines.slice(-3).join(' / ');
  throw new Missing(`${command} ${args.slice(0, 3).join(' ')} ended with ${code}: ${said}`);
}
