import type { WebhookDeliveryView } from '../../../src/protocol/webhook.js';
import { whenLabel } from './when-label.js';

/** How a delivery stands: a word for its badge, and a sentence. */
export interface DeliveryState {
  tone: 'good' | 'warn' | 'danger';
  word: 'Delivered' | 'Waiting' | 'Trying again' | 'Given up';
  text: string;
}

/** What there is to say of one delivery. */
export function deliveryState(delivery: WebhookDeliveryView): DeliveryState {
  const { deliveredAt, nextAttemptAt, attempts, lastStatus, lastError } = delivery;
  const answer = lastStatus === null ? lastError : `It answered ${lastStatus}.`;
  if (deliveredAt !== null)
    return { tone: 'good', word: 'Delivered', text: `${whenLabel(deliveredAt)}. ${answer}`.trim() };
  if (nextAttemptAt === null)
    return { tone: 'danger', word: 'Given up', text: `After ${tries(attempts)}. ${answer}`.trim() };
  if (attempts === 0) return { tone: 'warn', word: 'Waiting', text: 'It is sent in a moment.' };
  return {
    tone: 'warn',
    word: 'Trying again',
    text: `After ${tries(attempts)}. ${answer}`.trim(),
  };
}

const tries = (attempts: number): string => (attempts === 1 ? 'one try' : `${attempts} tries`);
