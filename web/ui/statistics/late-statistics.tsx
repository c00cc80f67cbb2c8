import { LateSection } from '../components/late-section.js';
import { DoneDialog } from '../components/done-dialog.js';
import type { StatisticsPanelProps } from './statistics-panel.js';

const loadPanel = async () => (await import('./statistics-panel.js')).StatisticsPanel;

/** A broadcast's statistics. The plots are loaded when they are shown. */
export function LateStatistics(props: StatisticsPanelProps) {
  return <LateSection load={loadPanel} shown props={props} />;
}

export interface StatisticsDialogProps {
  broadcastId: string;
  /** The title of the broadcast. */
  named: string;
  onClose: () => void;
}

/** The statistics of a past broadcast. */
export function StatisticsDialog({ broadcastId, named, onClose }: StatisticsDialogProps) {
  return (
    <DoneDialog title="Statistics" onClose={onClose}>
      <p>{named}</p>
      <LateStatistics broadcastId={broadcastId} live={false} />
    </DoneDialog>
  );
}
