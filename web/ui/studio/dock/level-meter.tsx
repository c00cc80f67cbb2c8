import { useEffect, useRef } from 'preact/hooks';
import { meterFraction } from '../../../client/capture/audio-level.js';
import type { LevelMeter as Meter } from '../../../client/capture/level-meter.js';
import './level-meter.css';

/** How long a peak is held before it falls, in milliseconds. */
const PEAK_HOLD_MS = 900;
/** The interval between updates of the bar under `prefers-reduced-motion`, in milliseconds. */
const CALM_STEP_MS = 250;

/**
 * Shows the microphone's level. It is purely visual; the checklist says in words whether the
 * microphone is heard.
 */
export function LevelMeter({ meter, muted }: { meter: Meter; muted: boolean }) {
  const bar = useRef<HTMLDivElement>(null);
  useEffect(() => animate(meter, (name, value) => bar.current?.style.setProperty(name, value)));
  return (
    <div class={muted ? 'level level-muted' : 'level'} ref={bar} aria-hidden="true">
      <div class="level-fill" />
      <div class="level-peak" />
    </div>
  );
}

/**
 * Writes level and peak (0 to 1) to two custom properties on every frame. Returns a function that
 * stops the animation.
 */
function animate(meter: Meter, write: (name: string, value: string) => void): () => void {
  const calm = matchMedia('(prefers-reduced-motion: reduce)');
  let shown = 0;
  let peak = { fraction: 0, atMs: 0 };
  let steppedMs = 0;
  let request = requestAnimationFrame(draw);
  function draw(nowMs: number): void {
    request = requestAnimationFrame(draw);
    if (calm.matches && nowMs - steppedMs < CALM_STEP_MS) return;
    steppedMs = nowMs;
    const { rmsDb, peakDb } = meter.read();
    const loud = meterFraction(rmsDb + 6);
    // The bar rises at once and falls slowly, like a needle, so that it remains readable during
    // speech.
    shown = Math.max(loud, calm.matches ? loud : shown * 0.88);
    const top = Math.max(shown, meterFraction(peakDb));
    if (top >= peak.fraction || nowMs - peak.atMs > PEAK_HOLD_MS) {
      peak = { fraction: top, atMs: nowMs };
    }
    write('--level', shown.toFixed(3));
    write('--peak', peak.fraction.toFixed(3));
  }
  return () => cancelAnimationFrame(request);
}
