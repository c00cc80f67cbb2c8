import type { IncomingMessage, ServerResponse } from 'node:http';
import type { ErrorBody } from '../protocol/error.js';

/** Nest's injection token for the {@link Admission}. */
export const ADMISSION = Symbol('Admission');

/** Who may ask for more media, for those who answer requests before the framework does. */
export interface Admission {
  /** What a request is refused with; null: it counts as open until its answer is closed. */
  refusal(request: IncomingMessage, response: ServerResponse): ErrorBody | null;
}
