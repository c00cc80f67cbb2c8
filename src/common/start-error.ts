/**
 * Reports that the server can't start for a reason that the operator can fix. The message is
 * printed without a stack, so it must say what to do. It must not contain secrets.
 */
export class StartError extends Error {
  constructor(message: string, options: { cause?: unknown } = {}) {
    super(message, options);
    this.name = 'StartError';
  }
}
