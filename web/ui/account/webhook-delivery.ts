import type { WebhookDeliveryView } from '../../../src/protocol/webhook.js';
import { whenLabel } from './when-label.js';

/** The status of a delivery: a word for its badge, and a sentence. */
export interface DeliveryState {
  tone: 'good' | 'warn' | 'danger';
  word: 'Delivered' | 'Pending' | 'Retrying' | 'Failed';
  text: string;
}

/** Describes the status of a delivery. */
export function deliveryState(delivery: WebhookDeliveryView): DeliveryState {
  const { deliveredAt, nextAttemptAt, attempts, lastStatus, lastError } = delivery;
  const answer = lastStatus === null ? lastError : `Responded with ${lastStatus}.`;
  if (deliveredAt !== null)
    return { tone: 'good', word: 'Delivered', text: `${whenLabel(deliveredAt)}. ${answer}`.trim() };
  if (nextAttemptAt === null)
    return {
      tone: 'danger',
      word: 'Failed',
      text: `After ${attemptsLabel(attempts)}. ${answer}`.trim(),
    };
  if (attempts === 0) return { tone: 'warn', word: 'Pending', text: 'It will be sent shortly.' };
  return {
    tone: 'warn',
    word: 'Retrying',
    text: `After ${attemptsLabel(attempts)}. ${answer}`.trim(),
  };
}

const attemptsLabel = (attempts: number): string =>
  attempts === 1 ? '1 attempt' : `${attempts} attempts`;
