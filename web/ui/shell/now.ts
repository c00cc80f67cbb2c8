import { useEffect, useState } from 'preact/hooks';

/** Returns the local time in milliseconds, and updates it every `intervalMs`. */
export function useNow(intervalMs: number, read: () => number = Date.now): number {
  const [now, setNow] = useState(read);
  useEffect(() => {
    setNow(read);
    const timer = setInterval(() => setNow(read), intervalMs);
    return () => clearInterval(timer);
  }, [intervalMs, read]);
  return now;
}
