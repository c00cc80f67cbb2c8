/**
 * The service can't start for a reason that the operator can fix. The message is printed without a
 * stack, suffices on its own, and contains no secret.
 */
export class StartError extends Error {
  constructor(message: string, options: { cause?: unknown } = {}) {
    super(message, options);
    this.name = 'StartError';
  }
}
