/** The errors of operations on a channel that are for its owner, as their documentation lists them. */
export const OWNER_ERRORS = ['not_logged_in', 'forbidden', 'channel_not_found'] as const;
