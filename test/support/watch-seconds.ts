const wanted = process.env.WATCH_SECONDS;

/** How much of a broadcast is watched: some of it in `npm test`, more with WATCH_SECONDS in a long run. */
export const watchSeconds: number = Number(wanted ?? 30);

/** Whether it was asked for, on a machine that does nothing else. */
export const isLongWatch: boolean = wanted !== undefined;
