import { LateSection } from '../components/late-section.js';
import { Button } from '../components/button.js';
import { Dialog } from '../components/dialog.js';
import type { StatisticsPanelProps } from './statistics-panel.js';

const loadPanel = async () => (await import('./statistics-panel.js')).StatisticsPanel;

/** A broadcast's statistics; the plots load when shown. */
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
    <Dialog
      title="Statistics"
      onClose={onClose}
      actions={
        <Button variant="primary" onClick={onClose}>
          Done
        </Button>
      }
    >
      <p>{named}</p>
      <LateStatistics broadcastId={broadcastId} live={false} />
    </Dialog>
  );
}
