import { useEffect, useState } from 'preact/hooks';
import type { IngestView } from '../../../../src/protocol/ingest.js';
import { ingestHealth } from '../../../client/ingest-health.js';
import { programApi } from '../../../client/program-api.js';
import { RequestError } from '../../../client/request-error.js';
import { bitrate, percent } from '../../format/quantity.js';
import { type HealthCurve, HealthHistory } from '../state/health-history.js';
import { HealthView } from '../health/health-view.js';
import '../health/layer-table.css';

const INTERVAL_MS = 1_000;
/** The curves to plot, without the frame rate, which the server doesn't measure. */
const CURVES: readonly HealthCurve[] = ['bitrateBps', 'lossPercent'];

/**
 * The health of an encoder's broadcast, as measured by the server. It is polled while it is shown.
 */
export function IngestPanel({ channel }: { channel: string }) {
  const { ingest, history } = useIngest(channel);
  return (
    <HealthView
      health={ingest && ingestHealth(ingest)}
      measuring="Figures appear once video or audio arrives."
      history={history}
      curves={CURVES}
    >
      {ingest && <StreamTable ingest={ingest} />}
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
        const { bitrateBps, lossPercent, roundTripMs } = ingestHealth(view);
        history.push({
          atS: Date.now() / 1_000,
          bitrateBps,
          lossPercent,
          framesPerSecond: Number.NaN,
          roundTripMs: roundTripMs ?? Number.NaN,
        });
        setIngest(view);
      } catch (error) {
        // The broadcast ended or the network failed, both of which other parts of the page handle.
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

function StreamTable({ ingest: { tracks } }: { ingest: IngestView }) {
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
      <caption>Now receiving</caption>
      <thead>
        <tr>
          <th scope="col">Track</th>
          <th scope="col">Codec</th>
          <th scope="col">Bitrate</th>
          <th scope="col">Loss</th>
          <th scope="col">Key frames</th>
        </tr>
      </thead>
      <tbody>
        {rows.map(({ key, what, codec, bitrateBps, lossPercent, keyFrameIntervalMs }) => (
          <tr key={key}>
            <th scope="row">{what}</th>
            <td>{codec}</td>
            <td>{bitrate(bitrateBps)}</td>
            <td>{percent(lossPercent)}</td>
            <td>
              {keyFrameIntervalMs === null
                ? '–'
                : `every ${(keyFrameIntervalMs / 1_000).toFixed(1)} s`}
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
