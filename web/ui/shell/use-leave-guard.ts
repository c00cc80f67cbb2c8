import { useEffect } from 'preact/hooks';

/** While `active`, makes the browser ask for confirmation before the page is closed or left. */
export function useLeaveGuard(active: boolean): void {
  useEffect(() => {
    if (!active) return undefined;
    // The listener is registered only while it is needed, because it keeps the page out of the
    // back/forward cache.
    const ask = (event: BeforeUnloadEvent): void => event.preventDefault();
    window.addEventListener('beforeunload', ask);
    return () => window.removeEventListener('beforeunload', ask);
  }, [active]);
}
