import { useEffect, useState } from 'preact/hooks';

/** The time by this machine's clock, milliseconds; draws the component anew every second. */
export function useNow(): number {
  const [nowMs, setNow] = useState(Date.now());
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), 1_000);
    return () => clearInterval(timer);
  }, []);
  return nowMs;
}
