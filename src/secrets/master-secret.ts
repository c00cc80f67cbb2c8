import { randomBytes } from 'node:crypto';
import { chmod, link, mkdir, readFile, stat, unlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { StartError } from '../common/start-error.js';

const FILE = 'secret.key';
const BYTES = 32;

/**
 * Returns the secret from which all keys are derived: `given`, or the one in the data folder. Its
 * file is created at the first startup with mode 0600. With an in-memory data folder (`:memory:`),
 * each startup creates a new secret.
 * @throws {StartError} if the file cannot be read or written, or is damaged
 */
export async function masterSecret(options: {
  given: string | null;
  dir: string;
}): Promise<Uint8Array> {
  const { given, dir } = options;
  if (given !== null) return Buffer.from(given, 'utf8');
  if (dir === ':memory:') return randomBytes(BYTES);
  const file = join(dir, FILE);
  try {
    await mkdir(dir, { recursive: true, mode: 0o700 });
    return (await read(file)) ?? (await make(file));
  } catch (cause) {
    if (cause instanceof StartError) throw cause;
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new StartError(`The secret in ${file} can't be read or created: ${reason}`, { cause });
  }
}

async function read(file: string): Promise<Uint8Array | null> {
  const text = await readFile(file, 'utf8').catch((error: unknown) => {
    if (isMissing(error)) return null;
    throw error;
  });
  if (text === null) return null;
  const secret = Buffer.from(text.trim(), 'base64url');
  if (secret.length !== BYTES)
    throw new StartError(
      `${file} is damaged. Restore it from a backup, or delete it; everyone then has to log in again and set up two-factor authentication again.`,
    );
  if (((await stat(file)).mode & 0o077) !== 0) await chmod(file, 0o600);
  return secret;
}

/**
 * Writes a temporary file and links it, so that a partial secret is never read, and two processes
 * that start concurrently use the same secret.
 */
async function make(file: string): Promise<Uint8Array> {
  const secret = randomBytes(BYTES);
  const unfinished = `${file}.${randomBytes(6).toString('hex')}`;
  await writeFile(unfinished, `${secret.toString('base64url')}\n`, { mode: 0o600, flag: 'wx' });
  try {
    await link(unfinished, file);
    return secret;
  } catch (error) {
    const other = await read(file);
    if (other === null) throw error;
    return other;
  } finally {
    await unlink(unfinished);
  }
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ENOENT';
}
