/** The documented errors of all operations that only a channel's owner can perform. */
export const OWNER_ERRORS = ['not_logged_in', 'forbidden', 'channel_not_found'] as const;
