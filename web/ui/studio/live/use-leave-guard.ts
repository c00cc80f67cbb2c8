import { useEffect } from 'preact/hooks';

/** Lets the browser ask before the page is closed or left, while `active`. */
export function useLeaveGuard(active: boolean): void {
  useEffect(() => {
    if (!active) return undefined;
    // Only while it is needed: a listener alone keeps pages out of the back/forward cache.
    const ask = (event: BeforeUnloadEvent): void => event.preventDefault();
    window.addEventListener('beforeunload', ask);
    return () => window.removeEventListener('beforeunload', ask);
  }, [active]);
}
