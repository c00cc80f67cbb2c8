/**
 * Posts a message at the interval that the page requests. While a tab is hidden, browsers throttle
 * timers in the page to one per second, but not those in a worker.
 */
/** The interval between ticks, in milliseconds. */
export type TickerMessage = number;

let timer: ReturnType<typeof setInterval> | undefined;

globalThis.addEventListener('message', ({ data }: MessageEvent<TickerMessage>) => {
  clearInterval(timer);
  timer = setInterval(() => globalThis.postMessage(0), data);
});
