import { useId } from 'preact/hooks';
import type { ReceiveStats } from '../../client/receive-stats.js';
import { bitrate, delay, percent } from '../format/quantity.js';
import './delay-chip.css';

/** Which way the picture comes and how late it is; hover or focus tells the details. */
export function DelayChip({ way, stats }: { way: string; stats: ReceiveStats }) {
  const id = useId();
  const milliseconds = (value: number | null): string =>
    value === null ? 'not measured' : `${Math.round(value)} ms`;
  const rows: [string, string][] = [
    ['Delay', stats.delayMs === null ? 'not measured' : `${Math.round(stats.delayMs)} ms`],
    ['Picture', stats.height > 0 ? `${stats.width} × ${stats.height}` : 'none'],
    ['Frames', `${Math.round(stats.framesPerSecond)} per second`],
    ['Bitrate', bitrate(stats.bitrateBps)],
    ['Packet loss', percent(stats.lossPercent)],
    ['Round trip', milliseconds(stats.roundTripMs)],
    ['Buffer', milliseconds(stats.jitterBufferMs)],
  ];
  return (
    <div class="delay-chip">
      <button class="delay-chip-button figures" type="button" aria-describedby={id}>
        {way}
        {stats.delayMs !== null && ` ${delay(stats.delayMs)}`}
      </button>
      <dl class="delay-chip-details figures" id={id}>
        {rows.map(([term, value]) => (
          <div key={term}>
            <dt>{term}</dt> <dd>{value}</dd>
          </div>
        ))}
      </dl>
    </div>
  );
}
