import { useEffect, useRef } from 'preact/hooks';
import { meterFraction } from '../../client/capture/audio-level.js';
import './level-bar.css';

/** The interval between updates, in milliseconds. */
const STEP_MS = 100;
const QUIET_DB = -100;

/**
 * Shows a person's current level. It is purely visual; names and states are also shown as text.
 *
 * @param read returns the level in decibels below full scale
 */
export function LevelBar({ read }: { read: () => number }) {
  const bar = useRef<HTMLSpanElement>(null);
  useEffect(() => {
    let shown = 0;
    const timer = setInterval(() => {
      const level = meterFraction(Math.max(QUIET_DB, read()));
      // The bar rises at once and falls slowly, so that it remains readable during speech.
      shown = Math.max(level, shown * 0.7);
      bar.current?.style.setProperty('--level', shown.toFixed(2));
    }, STEP_MS);
    return () => clearInterval(timer);
  }, [read]);
  return <span class="level-bar" ref={bar} aria-hidden="true" />;
}
