const wanted = process.env.WATCH_SECONDS;

/**
 * How long a broadcast is watched, in seconds: a short time in `npm test`, WATCH_SECONDS in a long
 * run.
 */
export const watchSeconds: number = Number(wanted ?? 30);

/** Whether a long run was requested, on an otherwise idle machine. */
export const isLongWatch: boolean = wanted !== undefined;
