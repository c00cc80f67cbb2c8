import type { ErrorBody, ErrorCode, Issue } from '../protocol/error.js';

type Options = { cause?: unknown; retryAfterMs?: number; issues?: Issue[] };

/**
 * An error that a caller can act on. It consists of a code from the protocol and a sentence that
 * says what happened and what to do. The filters for HTTP and sockets convert it to a reply. They
 * log any other thrown value, and reply with `internal`.
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

  /** Returns the error as it is sent to clients. */
  toBody(): ErrorBody {
    return {
      code: this.code,
      message: this.message,
      ...(this.retryAfterMs === undefined ? {} : { retryAfterMs: this.retryAfterMs }),
      ...(this.issues === undefined ? {} : { issues: this.issues }),
    };
  }
}
