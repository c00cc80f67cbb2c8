import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { Log } from '../common/logger.js';
import { childEnvironment } from '../config/child-environment.js';

/** The program that mixes, which is the same path from the compiled files and from the bundle. */
const PROGRAM = fileURLToPath(new URL('../../native/mixer/main.py', import.meta.url));
/** GStreamer looks at all of its plugins when it runs for the first time. */
const CHECK_TIMEOUT_MS = 30_000;
/** Debian's bindings belong to Debian's Python, even if another one comes first in PATH. */
const PYTHONS = ['/usr/bin/python3', 'python3'];

/** The command of the mixer process. `-B`: without writing compiled files. */
export type MixerCommand = Readonly<{ program: string; args: readonly string[] }>;

/**
 * Checks whether this machine can mix, and logs the result.
 * @param python the Python to use; null for Debian's or the one in PATH
 * @returns null if Python, GStreamer or one of its plugins is missing
 */
export async function findMixer(python: string | null, log: Log): Promise<MixerCommand | null> {
  const complaints: string[] = [];
  for (const program of python === null ? PYTHONS : [python]) {
    const args = ['-B', PROGRAM];
    try {
      const { stdout } = await promisify(execFile)(program, [...args, '--check'], {
        timeout: CHECK_TIMEOUT_MS,
        env: childEnvironment(),
      });
      log.info(`${stdout.trim()} (${program}) can mix stages`);
      return { program, args };
    } catch (error) {
      complaints.push(`${program}: ${complaintOf(error)}`);
    }
  }
  log.info(
    `stages are mixed in the hosts’ browsers only, because GStreamer is missing (${complaints.join('; ')})`,
  );
  return null;
}

function complaintOf(error: unknown): string {
  const { stderr = '', code = '' } = Object(error) as { stderr?: string; code?: string | number };
  return stderr.trim().split('\n').at(-1) || (code === 'ENOENT' ? 'not found' : `ended (${code})`);
}
