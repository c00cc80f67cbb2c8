/**
 * Posts a message at the interval that the page sends. While a tab is hidden, the timers of its
 * page are throttled to one per second, but those of a worker aren't.
 */
/** The interval between ticks, in milliseconds. */
export type TickerMessage = number;

let timer: ReturnType<typeof setInterval> | undefined;

globalThis.addEventListener('message', ({ data }: MessageEvent<TickerMessage>) => {
  clearInterval(timer);
  timer = setInterval(() => globalThis.postMessage(0), data);
});
