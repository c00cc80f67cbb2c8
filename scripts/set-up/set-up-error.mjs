/**
 * A step of the setup that can't continue: what happened, and what the user can do. Any other
 * error during the setup is a bug in the scripts and keeps its stack.
 */
export class SetUpError extends Error {
  /**
   * @param {string} message one sentence: what happened
   * @param {{ advice?: string, output?: string, cause?: unknown }} [details] advice: what to do or
   * type next; output: the output of the failed program
   */
  constructor(message, { advice, output, cause } = {}) {
    super(message, cause === undefined ? undefined : { cause });
    this.name = 'SetUpError';
    this.advice = advice;
    this.output = output;
  }

  /** Returns the text for the terminal: output first, so that the advice stays in view. */
  describe() {
    const parts = [this.output?.trimEnd(), this.message, this.advice];
    return parts.filter(Boolean).join('\n\n');
  }
}

/**
 * Runs a script's main function and sets the exit code: the one that the function returns, or 1
 * after printing the error.
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
 * @returns {SetUpError | null} null if the error is not about the machine
 */
function asSetUpError(error) {
  const { code, path, cause } = error;
  if (code === 'EACCES' || code === 'EROFS') {
    return new SetUpError(`No permission to write to ${path}.`, {
      advice: 'Run this as the owner of the folder.',
    });
  }
  if (code === 'ENOSPC') return new SetUpError(`The disk is full, so ${path} can't be written.`);
  return cause ? asSetUpError(cause) : null;
}
