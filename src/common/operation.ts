import { SetMetadata } from '@nestjs/common';
import type { z } from 'zod';
import type { ErrorCode } from '../protocol/error.js';

/** What the API's document says about a controller's method, besides what Nest knows of it. */
export type OperationInfo = Readonly<{
  summary: string;
  /** Longer text, where the summary leaves questions. */
  description?: string;
  /** The body of a success; null for none. */
  reply: z.ZodType | null;
  /** The errors that this operation can answer with, besides those that all can. */
  errors?: readonly ErrorCode[];
}>;

/** Where {@link Operation} keeps its information. */
export const OPERATION = 'onair:operation';

/** Documents a method under /api; a test holds that every one has it. */
export function Operation(info: OperationInfo): MethodDecorator {
  return SetMetadata(OPERATION, info);
}
