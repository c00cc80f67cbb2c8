import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { childEnvironment } from '../config/child-environment.js';

/** The first start can take a long time, because GStreamer then reads all of its plugins. */
const CHECK_TIMEOUT_MS = 30_000;
/** Debian's bindings belong to Debian's Python, even if another one comes first in PATH. */
const PYTHONS = ['/usr/bin/python3', 'python3'];

/** The command of one of Onair's Python programs. `-B` keeps Python from writing compiled files. */
export type PythonCommand = Readonly<{ program: string; args: readonly string[] }>;

type Result =
  | Readonly<{ command: PythonCommand; version: string }>
  | Readonly<{ command: null; complaint: string }>;

/**
 * Checks whether a program in `native` can run on this machine, by running it with `--check`. The
 * program then prints the version of the software that it uses, or what is missing.
 * @param name its folder in `native`
 * @param python the Python to use; null for Debian's or the one in PATH
 */
export async function findPythonProgram(name: string, python: string | null): Promise<Result> {
  // The path is the same for the compiled files and the bundle.
  const file = fileURLToPath(new URL(`../../native/${name}/main.py`, import.meta.url));
  const complaints: string[] = [];
  for (const program of python === null ? PYTHONS : [python]) {
    const args = ['-B', file];
    try {
      const { stdout } = await promisify(execFile)(program, [...args, '--check'], {
        timeout: CHECK_TIMEOUT_MS,
        env: childEnvironment(),
      });
      return { command: { program, args }, version: `${stdout.trim()} (${program})` };
    } catch (error) {
      complaints.push(`${program}: ${complaintOf(error)}`);
    }
  }
  return { command: null, complaint: complaints.join('; ') };
}

function complaintOf(error: unknown): string {
  const { stderr = '', code = '' } = Object(error) as { stderr?: string; code?: string | number };
  return stderr.trim().split('\n').at(-1) || (code === 'ENOENT' ? 'not found' : `ended (${code})`);
}
