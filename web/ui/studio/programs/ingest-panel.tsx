import { useEffect, useState } from 'preact/hooks';
import type { IngestView } from '../../../../src/protocol/ingest.js';
import { ingestHealth } from '../../../client/ingest-health.js';
import { programApi } from '../../../client/program-api.js';
import { RequestError } from '../../../client/request-error.js';
import { bitrate, percent } from '../../format/quantity.js';
import { HealthHistory } from '../state/health-history.js';
import { HealthPlot } from '../health/health-plot.js';
import { VerdictWord } from '../health/verdict.js';
import '../health/health-panel.css';
import '../health/layer-table.css';

const INTERVAL_MS = 1_000;

/** How a program's broadcast arrives: only the server can tell. Asked for while it is shown. */
export function IngestPanel({ channel }: { channel: string }) {
  const { ingest, history } = useIngest(channel);
  const health = ingest && ingestHealth(ingest);
  return (
    <div class="panel health">
      {health ? (
        <div class={`health-verdict health-${health.verdict}`}>
          <h2>
            <VerdictWord verdict={health.verdict} size={20} />
          </h2>
          <p>{health.reason}</p>
        </div>
      ) : (
        <div class="health-verdict">
          <h2>Measuring</h2>
          <p>There are figures as soon as picture or sound arrives.</p>
        </div>
      )}
      <div class="health-plots" role="group" aria-label="The last two minutes">
        <HealthPlot
          title="Bitrate"
          curve="bitrateBps"
          history={history}
          format={bitrate}
          atLeast={500_000}
        />
        <HealthPlot
          title="Loss"
          curve="lossPercent"
          history={history}
          format={percent}
          atLeast={5}
        />
      </div>
      {ingest && <StreamTable ingest={ingest} />}
    </div>
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
        // It has ended, or the network is away: the page around sees that by itself.
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
      what: `${kind === 'video' ? 'Picture' : 'Sound'}${stream.rid === null ? '' : ` ${stream.rid}`}`,
      codec,
    })),
  );
  return (
    <table class="layers figures">
      <caption>What arrives</caption>
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
