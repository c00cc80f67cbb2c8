import type { ErrorCode, Issue } from '../../src/protocol/error.js';

/**
 * The server's error code, or why there was no reply: `timeout` (none in time), `offline`
 * (unreachable).
 */
export type RequestErrorCode = ErrorCode | 'timeout' | 'offline';

export interface RequestErrorDetails {
  /** When a retry makes sense, in milliseconds from the error. */
  retryAfterMs?: number | undefined;
  issues?: readonly Issue[] | undefined;
}

/** A request that failed, over HTTP or over the socket: a code for programs, a sentence for people. */
export class RequestError extends Error {
  readonly code: RequestErrorCode;
  readonly retryAfterMs: number | undefined;
  readonly issues: readonly Issue[];

  constructor(code: RequestErrorCode, message: string, details: RequestErrorDetails = {}) {
    super(message);
    this.name = 'RequestError';
    this.code = code;
    this.retryAfterMs = details.retryAfterMs;
    this.issues = details.issues ?? [];
  }

  /** The problem with one input field, if validation failed. */
  issueAt(path: string): string | undefined {
    return this.issues.find((issue) => issue.path === path)?.message;
  }
}
