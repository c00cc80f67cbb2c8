import type { ComponentChildren } from 'preact';
import type { SendHealth } from '../../../client/send-health.js';
import { bitrate, percent } from '../../format/quantity.js';
import type { HealthCurve, HealthHistory } from '../state/health-history.js';
import { HealthPlot, type HealthPlotProps } from './health-plot.js';
import { VerdictWord } from './verdict.js';
import './health-view.css';

const PLOTS: Readonly<Record<HealthCurve, Pick<HealthPlotProps, 'title' | 'format' | 'atLeast'>>> =
  {
    bitrateBps: { title: 'Bitrate', format: bitrate, atLeast: 500_000 },
    framesPerSecond: {
      title: 'Frames per second',
      format: (value) => `${Math.round(value)}`,
      atLeast: 30,
    },
    lossPercent: { title: 'Loss', format: percent, atLeast: 5 },
    roundTripMs: {
      title: 'Round trip',
      format: (value) => `${Math.round(value)} ms`,
      atLeast: 50,
    },
  };

export interface HealthViewProps {
  /** The health; null until it is measured. */
  health: Pick<SendHealth, 'verdict' | 'reason'> | null;
  /** The text shown until the first measurement. */
  measuring: string;
  history: HealthHistory;
  curves: readonly HealthCurve[];
  /** The current figures. */
  children: ComponentChildren;
}

/** A broadcast's health: a verdict, plots of the last two minutes, and the current figures. */
export function HealthView({ health, measuring, history, curves, children }: HealthViewProps) {
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
          <p>{measuring}</p>
        </div>
      )}
      <div class="health-plots" role="group" aria-label="The last two minutes">
        {curves.map((curve) => (
          <HealthPlot key={curve} curve={curve} history={history} {...PLOTS[curve]} />
        ))}
      </div>
      {children}
    </div>
  );
}
