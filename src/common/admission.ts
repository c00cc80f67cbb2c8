import type { IncomingMessage, ServerResponse } from 'node:http';
import type { ErrorBody } from '../protocol/error.js';

/** Nest's injection token for the {@link Admission}. */
export const ADMISSION = Symbol('Admission');

/** Admits or refuses media requests, for code that responds before the framework does. */
export interface Admission {
  /**
   * Returns the error with which to refuse a request, or null to admit it. An admitted request
   * counts as open until its response closes.
   */
  refusal(request: IncomingMessage, response: ServerResponse): ErrorBody | null;
}
