const PATIENCE_MS = 1_500;

/** Resolves when the page's video has its first frame, or after 1.5 s without one. */
export function firstFrame(): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, PATIENCE_MS);
    const arrived = () => {
      clearTimeout(timer);
      resolve();
    };
    // The listener uses the capture phase, because the event doesn't bubble.
    document.addEventListener('loadeddata', arrived, { capture: true, once: true });
  });
}
