/*
 * A metronome: the page sends the interval in milliseconds. A page's own timers are throttled to
 * one per second while its tab is hidden; a worker's are not.
 */
/** Milliseconds between ticks. */
export type TickerMessage = number;

let timer: ReturnType<typeof setInterval> | undefined;

globalThis.addEventListener('message', ({ data }: MessageEvent<TickerMessage>) => {
  clearInterval(timer);
  timer = setInterval(() => globalThis.postMessage(0), data);
});
