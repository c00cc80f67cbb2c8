import type { SendHealth } from '../../../client/send-health.js';
import type { HealthCurve, HealthHistory } from '../state/health-history.js';
import { HealthView } from './health-view.js';
import { LayerTable } from './layer-table.js';

const CURVES: readonly HealthCurve[] = [
  'bitrateBps',
  'framesPerSecond',
  'lossPercent',
  'roundTripMs',
];

export interface HealthPanelProps {
  /** The measured health; null until it is measured, and while reconnecting. */
  health: SendHealth | null;
  history: HealthHistory;
}

/** The health of what is being sent, including each layer. */
export function HealthPanel({ health, history }: HealthPanelProps) {
  return (
    <HealthView
      health={health}
      measuring="Figures appear once video or audio is sent."
      history={history}
      curves={CURVES}
    >
      {health && <LayerTable layers={health.layers} audioBitrateBps={health.audioBitrateBps} />}
    </HealthView>
  );
}
