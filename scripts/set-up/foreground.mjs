import { spawn } from 'node:child_process';
import { constants } from 'node:os';
import { root } from './paths.mjs';

/** @type {NodeJS.Signals[]} */
const PASSED_ON = ['SIGINT', 'SIGTERM', 'SIGHUP'];
const PARENT_CHECK_MS = 1_000;
/** The parent's process ID, read before the setup, because npm may end during it. */
const PARENT = process.ppid;

/**
 * Runs a program in place of this script: shares its output, forwards signals to it, and resolves
 * when it exits.
 * @param {string} command
 * @param {string[]} args
 * @param {NodeJS.ProcessEnv} env
 * @returns {Promise<number>} the exit code; 128 + the signal's number if a signal ended it, as in a
 * shell
 * @throws {Error} if the program can't be started
 */
export function runInForeground(command, args, env) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { cwd: root, env, stdio: 'inherit' });
    const listeners = PASSED_ON.map((signal) => ({
      signal,
      listener: () => {
        // A terminal sends Ctrl-C to every process of the foreground group, including the child.
        if (signal !== 'SIGINT' || !process.stdin.isTTY) child.kill(signal);
      },
    }));
    for (const { signal, listener } of listeners) process.on(signal, listener);
    const stopWatching = onNpmGone(() => child.kill('SIGTERM'));
    const stopListening = () => {
      stopWatching();
      for (const { signal, listener } of listeners) process.off(signal, listener);
    };
    child.once('error', (error) => {
      stopListening();
      reject(error);
    });
    child.once('exit', (code, signal) => {
      stopListening();
      resolve(code ?? 128 + (signal ? constants.signals[signal] : 0));
    });
  });
}

/**
 * Watches for the end of the npm that started this script. If npm is killed with SIGKILL, it can't
 * forward the signal, and the program would continue to use its ports and its database. Nothing is
 * watched if the script was started without npm, because it may be meant to outlive its parent.
 * @param {() => void} listener
 * @returns {() => void} stops watching
 */
function onNpmGone(listener) {
  if (process.env.npm_lifecycle_event === undefined) return () => undefined;
  const timer = setInterval(() => {
    if (process.ppid === PARENT) return;
    clearInterval(timer);
    listener();
  }, PARENT_CHECK_MS);
  return () => clearInterval(timer);
}
