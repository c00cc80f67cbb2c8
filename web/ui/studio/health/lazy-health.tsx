import type { ComponentType } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { Spinner } from '../../components/spinner.js';
import type { HealthPanelProps } from './health-panel.js';

/** The health panel with its plots, loaded only when somebody is live. */
export function LazyHealthPanel(props: HealthPanelProps) {
  const [Panel, setPanel] = useState<ComponentType<HealthPanelProps> | null>(null);
  useEffect(() => {
    let wanted = true;
    void import('./health-panel.js').then(({ HealthPanel }) => {
      if (wanted) setPanel(() => HealthPanel);
    });
    return () => {
      wanted = false;
    };
  }, []);
  if (Panel) return <Panel {...props} />;
  return (
    <div class="panel">
      <Spinner label="Loading" />
    </div>
  );
}
