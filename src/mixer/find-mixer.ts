import type { Log } from '../common/logger.js';
import { findPythonProgram, type PythonCommand } from '../processes/find-python-program.js';

/** The command of the mixer process. */
export type MixerCommand = PythonCommand;

/**
 * Checks whether this machine can mix, and logs the result.
 * @param python the Python to use; null for Debian's or the one in PATH
 * @returns null if Python, GStreamer or one of its plugins is missing
 */
export async function findMixer(python: string | null, log: Log): Promise<MixerCommand | null> {
  const found = await findPythonProgram('mixer', python);
  if (found.command) log.info(`${found.version} can mix stages`);
  else
    log.info(
      `stages are mixed in the hosts’ browsers only, because GStreamer is missing (${found.complaint})`,
    );
  return found.command;
}
