/** How much of a broadcast is watched: some of it in `npm test`, more with WATCH_SECONDS in a long run. */
export const watchSeconds: number = Number(process.env.WATCH_SECONDS ?? 30);
