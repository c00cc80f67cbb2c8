import type { SendHealth } from '../../../client/send-health.js';
import { bitrate, percent } from '../../format/quantity.js';
import type { HealthHistory } from '../state/health-history.js';
import { HealthPlot } from './health-plot.js';
import { LayerTable } from './layer-table.js';
import { VerdictWord } from './verdict.js';
import './health-panel.css';

export interface HealthPanelProps {
  /** Null until measured, and while reconnecting. */
  health: SendHealth | null;
  history: HealthHistory;
}

const frames = (value: number): string => `${Math.round(value)}`;
const milliseconds = (value: number): string => `${Math.round(value)} ms`;

/** How sending goes: in a word, in plots of two minutes, and layer by layer. */
export function HealthPanel({ health, history }: HealthPanelProps) {
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
          <p>There are figures as soon as picture or sound is being sent.</p>
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
          title="Frames per second"
          curve="framesPerSecond"
          history={history}
          format={frames}
          atLeast={30}
        />
        <HealthPlot
          title="Loss"
          curve="lossPercent"
          history={history}
          format={percent}
          atLeast={5}
        />
        <HealthPlot
          title="Round trip"
          curve="roundTripMs"
          history={history}
          format={milliseconds}
          atLeast={50}
        />
      </div>
      {health && <LayerTable layers={health.layers} audioBitrateBps={health.audioBitrateBps} />}
    </div>
  );
}
