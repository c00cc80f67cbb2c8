/**
 * The service can't start, for a reason that the person who runs it can do something about. The
 * message is all they need: it is printed without a stack, and holds no secret.
 */
export class StartError extends Error {
  constructor(message: string, options: { cause?: unknown } = {}) {
    super(message, options);
    this.name = 'StartError';
  }
}
