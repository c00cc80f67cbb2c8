const PATIENCE_MS = 1_500;

/** Resolves when the page's video has its first frame, and without one after 1.5 s. */
export function firstFrame(): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, PATIENCE_MS);
    const arrived = () => {
      clearTimeout(timer);
      resolve();
    };
    // Heard on its way down: it does not bubble.
    document.addEventListener('loadeddata', arrived, { capture: true, once: true });
  });
}
