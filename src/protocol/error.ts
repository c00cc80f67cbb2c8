import { z } from 'zod';

/**
 * All error codes used over HTTP and the socket, with their HTTP status. Error texts can change;
 * codes can't.
 */
export const errorStatus = {
  bad_request: 400,
  payload_too_large: 413,
  unsupported_media_type: 415,
  unknown_event: 400,
  unknown_command: 400,
  not_logged_in: 401,
  wrong_credentials: 401,
  second_factor_required: 401,
  wrong_code: 401,
  forbidden: 403,
  password_required: 403,
  wrong_password: 403,
  origin_refused: 403,
  account_disabled: 403,
  registration_closed: 403,
  invitation_needed: 403,
  stage_invitation_refused: 403,
  banned: 403,
  timed_out: 403,
  guests_not_allowed: 403,
  followers_only: 403,
  not_found: 404,
  channel_not_found: 404,
  broadcast_not_found: 404,
  recording_not_found: 404,
  clip_not_found: 404,
  account_not_found: 404,
  message_not_found: 404,
  webhook_not_found: 404,
  restream_not_found: 404,
  node_not_found: 404,
  transport_not_found: 404,
  consumer_not_found: 404,
  method_not_allowed: 405,
  username_taken: 409,
  channel_name_taken: 409,
  channel_limit: 409,
  broadcast_limit: 409,
  webhook_limit: 409,
  restream_limit: 409,
  clip_limit: 409,
  storage_limit: 409,
  recording_not_ready: 409,
  token_limit: 409,
  last_administrator: 409,
  member_limit: 409,
  moderator_limit: 409,
  follow_limit: 409,
  stage_limit: 409,
  stage_closed: 409,
  channel_is_live: 409,
  conflict: 409,
  already_publishing: 409,
  not_publishing: 409,
  not_live: 409,
  not_joined: 409,
  guest_name_taken: 409,
  precondition_failed: 412,
  media_refused: 422,
  picture_refused: 422,
  emoji_only: 422,
  blocked_word: 422,
  precondition_required: 428,
  rate_limited: 429,
  slow_mode: 429,
  internal: 500,
  unavailable: 503,
} as const;

export type ErrorCode = keyof typeof errorStatus;

/** An invalid field: its path, such as `title` or `tracks.0.kind`, and what is wrong with it. */
export const Issue = z.object({ path: z.string(), message: z.string() }).meta({ id: 'Issue' });
export type Issue = z.output<typeof Issue>;

/** The error in a reply: a code for programs and a sentence for people. */
export const ErrorBody = z
  .object({
    code: z.enum(Object.keys(errorStatus) as [ErrorCode, ...ErrorCode[]]),
    message: z.string(),
    /** The number of milliseconds after which a retry makes sense. */
    retryAfterMs: z.number().int().nonnegative().optional(),
    issues: z.array(Issue).optional(),
  })
  .meta({ id: 'Error' });
export type ErrorBody = z.output<typeof ErrorBody>;

/** The body of every HTTP error. */
export const HttpError = z.object({ error: ErrorBody }).meta({ id: 'HttpError' });
export type HttpError = z.output<typeof HttpError>;

/** The acknowledgement of every socket request. */
export type Reply<T> = { ok: true; data: T } | { ok: false; error: ErrorBody };
