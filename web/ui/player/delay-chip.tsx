import { useId } from 'preact/hooks';
import type { ReceiveStats, SharingFigures } from '../../client/receive-stats.js';
import { sizeLabel } from '../format/size.js';
import { bitrate, count, delay, percent } from '../format/quantity.js';
import './delay-chip.css';

/** Shows the delivery path and the latency, with details on hover or focus. */
export function DelayChip({ way, stats }: { way: string; stats: ReceiveStats }) {
  const id = useId();
  const { framesPerSecond, bitrateBps, lossPercent, roundTripMs } = stats;
  const rows: [string, string][] = [
    ['Latency', stats.delayMs === null ? 'not measured' : milliseconds(stats.delayMs)],
    ['Resolution', stats.height > 0 ? `${stats.width} × ${stats.height}` : 'none'],
    ...row('Frame rate', framesPerSecond, (value) => `${Math.round(value)} fps`),
    ...row('Bitrate', bitrateBps, bitrate),
    ...row('Packet loss', lossPercent, percent),
    ...row('Round trip', roundTripMs, milliseconds),
    ...row('Buffer', stats.jitterBufferMs, milliseconds),
    ...(stats.sharing ? sharingRows(stats.sharing) : []),
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

const milliseconds = (value: number): string => `${Math.round(value)} ms`;

/** Returns rows for the amounts that the viewer has exchanged with others. */
function sharingRows(sharing: SharingFigures): [string, string][] {
  const { peers, received, sent, fromServer, rejected } = sharing;
  return [
    ['Connected viewers', String(peers)],
    ['From viewers', sizeLabel(received)],
    ['From the server', sizeLabel(fromServer)],
    ['To viewers', sizeLabel(sent)],
    ...(rejected > 0 ? [['Rejected segments', count(rejected)] as [string, string]] : []),
  ];
}

/** Returns a row, or null for a value that isn't available on the current path. */
function row(
  term: string,
  value: number | null,
  word: (value: number) => string,
): [string, string][] {
  return value === null ? [] : [[term, word(value)]];
}
