import { createHash } from 'node:crypto';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { isAbsolute, join } from 'node:path';
import { Program } from '../program.js';

const base = process.env.XDG_CACHE_HOME;
/** What is expensive to have and outlives a checkout, beside the media worker. */
export const CLIENTS_DIR: string = join(
  base && isAbsolute(base) ? base : join(homedir(), '.cache'),
  'onair/clients',
);
/** An installation that takes longer won't come to an end. */
const INSTALL_MS = 60 * 60_000;

/** Why a client can't be had here; a row says so. */
export class Missing extends Error {}

/**
 * Does `work` in a folder of the cache unless it was done with the same recipe before. A folder whose work failed is
 * thrown away unless `keeps`.
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

/** Runs a program to its end. @throws {Missing} with the end of what it said, when it fails or isn't there */
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
