import type { ErrorCode, Issue } from '../../src/protocol/error.js';

/** What the server answered, or that it didn't: `timeout` (no answer in time), `offline` (not reached). */
export type RequestErrorCode = ErrorCode | 'timeout' | 'offline';

export interface RequestErrorDetails {
  /** When trying again makes sense, milliseconds from then. */
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

  /** What is wrong with one field of the input, if that is what failed. */
  issueAt(path: string): string | undefined {
    return this.issues.find((issue) => issue.path === path)?.message;
  }
}
