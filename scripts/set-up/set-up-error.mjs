/**
 * A step of the set-up that can't go on: what went wrong, and what the person at the keyboard can do.
 * Anything else that is thrown during the set-up is a mistake in the scripts and keeps its stack.
 */
export class SetUpError extends Error {
  /**
   * @param {string} message one sentence: what went wrong
   * @param {{ advice?: string, output?: string, cause?: unknown }} [details]
   *   advice: what to do or type next; output: what the failed program printed
   */
  constructor(message, { advice, output, cause } = {}) {
    super(message, cause === undefined ? undefined : { cause });
    this.name = 'SetUpError';
    this.advice = advice;
    this.output = output;
  }

  /** The text for the terminal: output first, so that the advice is what stays in view. */
  describe() {
    const parts = [this.output?.trimEnd(), this.message, this.advice];
    return parts.filter(Boolean).join('\n\n');
  }
}

/**
 * Runs a script's main function and ends the process: with the exit code that it returns, or with 1
 * after saying what went wrong.
 * @param {() => Promise<number>} main
 */
export async function runMain(main) {
  try {
    process.exitCode = await main();
  } catch (error) {
    process.exitCode = 1;
    const known = error instanceof SetUpError ? error : asSetUpError(error);
    console.error(known ? `\n${known.describe()}\n` : error);
  }
}

/**
 * @param {any} error
 * @returns {SetUpError | null} null when the error says nothing about the machine
 */
function asSetUpError(error) {
  const { code, path, cause } = error;
  if (code === 'EACCES' || code === 'EROFS') {
    return new SetUpError(`Writing ${path} is not allowed.`, {
      advice: 'Run this as the user that this folder belongs to.',
    });
  }
  if (code === 'ENOSPC') return new SetUpError(`The disk is full: ${path} could not be written.`);
  return cause ? asSetUpError(cause) : null;
}
