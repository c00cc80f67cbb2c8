import { useEffect, useState } from 'preact/hooks';
import type { IngestView } from '../../../../src/protocol/ingest.js';
import { ingestHealth } from '../../../client/ingest-health.js';
import { programApi } from '../../../client/program-api.js';
import { RequestError } from '../../../client/request-error.js';
import { transcodingText } from '../../../client/transcoding-text.js';
import { bitrate, percent } from '../../format/quantity.js';
import { type HealthCurve, HealthHistory } from '../state/health-history.js';
import { HealthView } from '../health/health-view.js';
import '../health/layer-table.css';

const INTERVAL_MS = 1_000;
/** The curves to plot for WebRTC, for which the server doesn't measure the frame rate. */
const CURVES: readonly HealthCurve[] = ['bitrateBps', 'lossPercent'];
/** The curves to plot for other protocols. RTMP has no loss curve, because it uses TCP. */
const CURVES_OF: Partial<Record<IngestView['source'], readonly HealthCurve[]>> = {
  rtmp: ['bitrateBps', 'framesPerSecond'],
  srt: ['bitrateBps', 'lossPercent', 'framesPerSecond'],
};

/**
 * The health of an encoder's broadcast, as measured by the server. The panel polls it while shown.
 */
export function IngestPanel({ channel }: { channel: string }) {
  const { ingest, history } = useIngest(channel);
  const made = ingest && transcodingText(ingest);
  return (
    <HealthView
      health={ingest && ingestHealth(ingest)}
      measuring="Figures appear once video or audio arrives."
      history={history}
      curves={(ingest && CURVES_OF[ingest.source]) ?? CURVES}
    >
      {ingest && <StreamTable ingest={ingest} />}
      {made !== null && <p class="muted">{made}</p>}
    </HealthView>
  );
}

function useIngest(channel: string): { ingest: IngestView | null; history: HealthHistory } {
  const [ingest, setIngest] = useState<IngestView | null>(null);
  const [history] = useState(() => new HealthHistory());
  useEffect(() => {
    let shown = true;
    async function ask(): Promise<void> {
      try {
        const view = await programApi.ingest(channel);
        if (!shown) return;
        const { bitrateBps, lossPercent, roundTripMs, framesPerSecond } = ingestHealth(view);
        history.push({
          atS: Date.now() / 1_000,
          bitrateBps,
          lossPercent,
          framesPerSecond: framesPerSecond ?? Number.NaN,
          roundTripMs: roundTripMs ?? Number.NaN,
        });
        setIngest(view);
      } catch (error) {
        // The broadcast has ended or the network has failed; other parts of the page handle both.
        if (!(error instanceof RequestError)) throw error;
      }
    }
    void ask();
    const timer = setInterval(() => void ask(), INTERVAL_MS);
    return () => {
      shown = false;
      clearInterval(timer);
    };
  }, [channel, history]);
  return { ingest, history };
}

function StreamTable({ ingest: { tracks, source, encoder } }: { ingest: IngestView }) {
  const isCounted = source === 'rtmp' || source === 'srt';
  const rows = tracks.flatMap(({ kind, codec, streams }) =>
    streams.toReversed().map((stream, index) => ({
      ...stream,
      key: `${kind} ${stream.rid ?? index}`,
      what: `${kind === 'video' ? 'Video' : 'Audio'}${stream.rid === null ? '' : ` ${stream.rid}`}`,
      codec,
    })),
  );
  return (
    <table class="layers figures">
      <caption>{caption(source, encoder)}</caption>
      <thead>
        <tr>
          <th scope="col">Track</th>
          <th scope="col">Codec</th>
          <th scope="col">Bitrate</th>
          <th scope="col">{isCounted ? 'Frames' : 'Loss'}</th>
          <th scope="col">Key frames</th>
        </tr>
      </thead>
      <tbody>
        {rows.map(({ key, what, codec, ...stream }) => (
          <tr key={key}>
            <th scope="row">{what}</th>
            <td>{codec}</td>
            <td>{bitrate(stream.bitrateBps)}</td>
            <td>{isCounted ? frames(stream) : percent(stream.lossPercent)}</td>
            <td>
              {stream.keyFrameIntervalMs === null
                ? '–'
                : `every ${(stream.keyFrameIntervalMs / 1_000).toFixed(1)} s`}
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function caption(source: IngestView['source'], encoder: string | null): string {
  if (source !== 'rtmp' && source !== 'srt') return 'Now receiving';
  const over = `Now receiving over ${source.toUpperCase()}`;
  return encoder === null ? over : `${over} from ${encoder}`;
}

type Stream = IngestView['tracks'][number]['streams'][number];

/** Returns the frame rate, with a note if there are B-frames; a dash for audio. */
function frames({ framesPerSecond, bFrames }: Stream): string {
  if (framesPerSecond === null) return '–';
  const rate = `${framesPerSecond.toFixed(0)} fps`;
  return bFrames === true ? `${rate}, B-frames` : rate;
}
