/**
 * Calls back when the machine's network may have changed, because it is back online or uses another
 * interface.
 */
export function onNetworkChange(listener: () => void): () => void {
  const connection: unknown = Reflect.get(globalThis.navigator ?? {}, 'connection');
  const targets = [globalThis, connection].filter((target) => target instanceof EventTarget);
  const [page, network] = targets;
  page?.addEventListener('online', listener);
  network?.addEventListener('change', listener);
  return () => {
    page?.removeEventListener('online', listener);
    network?.removeEventListener('change', listener);
  };
}
