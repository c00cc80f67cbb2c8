import type { ErrorCode, Issue } from '../../src/protocol/error.js';

/**
 * The server's error code, or the reason for a missing reply: `timeout` if no reply arrived in
 * time, `offline` if the server is unreachable.
 */
export type RequestErrorCode = ErrorCode | 'timeout' | 'offline';

export interface RequestErrorDetails {
  /** The delay after which a retry makes sense, in milliseconds. */
  retryAfterMs?: number | undefined;
  issues?: readonly Issue[] | undefined;
}

/**
 * The failure of a request over HTTP or the socket, with a code for programs and a sentence for
 * users.
 */
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

  /** Returns the problem with one input field, if validation failed. */
  issueAt(path: string): string | undefined {
    return this.issues.find((issue) => issue.path === path)?.message;
  }
}
