import type { IncomingMessage, ServerResponse } from 'node:http';
import type { ErrorBody } from '../protocol/error.js';

/** Nest's injection token for the {@link Admission}. */
export const ADMISSION = Symbol('Admission');

/** Admits or refuses media requests, for code that answers before the framework does. */
export interface Admission {
  /**
   * The error to refuse a request with; null admits it, and counts it as open until its response
   * closes.
   */
  refusal(request: IncomingMessage, response: ServerResponse): ErrorBody | null;
}
