import { CircleAlert, CircleCheck, CircleDashed, CircleMinus } from 'lucide';
import { Button } from '../../components/button.js';
import { Icon } from '../../components/icon.js';
import './checklist.css';

/** One requirement for going live. */
export interface Check {
  readonly label: string;
  readonly state: 'good' | 'waiting' | 'off' | 'problem';
  readonly detail: string;
  readonly retry?: (() => void) | undefined;
}

const icons = {
  good: CircleCheck,
  waiting: CircleDashed,
  off: CircleMinus,
  problem: CircleAlert,
};

/** Lists the requirements, each with its state in words. */
export function Checklist({ checks }: { checks: readonly Check[] }) {
  return (
    <ul class="checklist" aria-label="Before you go live">
      {checks.map(({ label, state, detail, retry }) => (
        <li key={label} class={`check check-${state}`}>
          <Icon icon={icons[state]} size={20} />
          <span class="check-text">
            <span class="check-label">{label}</span>
            <span class="check-detail">{detail}</span>
          </span>
          {retry && (
            <Button size="s" onClick={retry}>
              Try again
            </Button>
          )}
        </li>
      ))}
    </ul>
  );
}
