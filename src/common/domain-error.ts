import type { ErrorBody, ErrorCode, Issue } from '../protocol/error.js';

type Options = { cause?: unknown; retryAfterMs?: number; issues?: Issue[] };

/**
 * An error that a caller can act on: a code of the protocol, and a sentence that says what happened
 * and what to do. HTTP and socket filters turn it into their replies; any other thrown value
 * becomes `internal` there, and is logged.
 */
export class DomainError extends Error {
  readonly code: ErrorCode;
  readonly retryAfterMs: number | undefined;
  readonly issues: Issue[] | undefined;

  constructor(code: ErrorCode, message: string, { cause, retryAfterMs, issues }: Options = {}) {
    super(message, { cause });
    this.name = 'DomainError';
    this.code = code;
    this.retryAfterMs = retryAfterMs;
    this.issues = issues;
  }

  /** The error as sent to clients. */
  toBody(): ErrorBody {
    return {
      code: this.code,
      message: this.message,
      ...(this.retryAfterMs === undefined ? {} : { retryAfterMs: this.retryAfterMs }),
      ...(this.issues === undefined ? {} : { issues: this.issues }),
    };
  }
}
