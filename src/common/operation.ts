import { SetMetadata } from '@nestjs/common';
import type { z } from 'zod';
import type { ErrorCode } from '../protocol/error.js';

/** What the OpenAPI document says about a controller's method, in addition to Nest's metadata. */
export type OperationInfo = Readonly<{
  summary: string;
  /** More details, if the summary isn't enough. */
  description?: string;
  /** The body of a successful response; null if it has none. */
  reply: z.ZodType | null;
  /**
   * The errors that this operation can return, in addition to those that any operation can return.
   */
  errors?: readonly ErrorCode[];
}>;

/** The metadata key of {@link Operation}. */
export const OPERATION = 'onair:operation';

/** Documents a method under /api. A test fails if a method lacks this decorator. */
export function Operation(info: OperationInfo): MethodDecorator {
  return SetMetadata(OPERATION, info);
}
