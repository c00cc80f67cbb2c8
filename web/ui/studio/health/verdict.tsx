import { CircleAlert, CircleCheck, type IconNode, TriangleAlert } from 'lucide';
import type { SendHealth } from '../../../client/send-health.js';
import { Icon } from '../../components/icon.js';
import './verdict.css';

export type Verdict = SendHealth['verdict'];

const words: Record<Verdict, { readonly word: string; readonly icon: IconNode }> = {
  good: { word: 'Good', icon: CircleCheck },
  strained: { word: 'Strained', icon: TriangleAlert },
  bad: { word: 'Bad', icon: CircleAlert },
};

/** The health verdict as an icon and a word. */
export function VerdictWord({ verdict, size = 16 }: { verdict: Verdict; size?: number }) {
  const { word, icon } = words[verdict];
  return (
    <span class={`verdict verdict-${verdict}`}>
      <Icon icon={icon} size={size} />
      {word}
    </span>
  );
}
