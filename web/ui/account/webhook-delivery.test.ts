import { describe, expect, it } from 'vitest';
import type { WebhookDeliveryView } from '../../../src/protocol/webhook.js';
import { deliveryState } from './webhook-delivery.js';

const at = '2026-01-01T00:00:00.000Z';
const delivery: WebhookDeliveryView = {
  id: '1',
  event: 'ping',
  createdAt: at,
  attempts: 0,
  deliveredAt: null,
  nextAttemptAt: at,
  lastStatus: null,
  lastError: '',
};

describe('deliveryState', () => {
  it('is pending before the first attempt', () => {
    expect(deliveryState(delivery)).toMatchObject({ word: 'Pending', tone: 'warn' });
  });

  it('is delivered after the receiver accepted it', () => {
    const done = {
      ...delivery,
      attempts: 1,
      deliveredAt: at,
      nextAttemptAt: null,
      lastStatus: 204,
    };
    expect(deliveryState(done)).toMatchObject({ word: 'Delivered', tone: 'good' });
    expect(deliveryState(done).text).toContain('Responded with 204.');
  });

  it('is retrying after a failure, with the reason', () => {
    const failing = { ...delivery, attempts: 2, lastError: 'connect ECONNREFUSED' };
    expect(deliveryState(failing)).toMatchObject({
      word: 'Retrying',
      text: 'After 2 attempts. connect ECONNREFUSED',
    });
  });

  it('has failed when no attempt is left', () => {
    const given = { ...delivery, attempts: 1, nextAttemptAt: null, lastStatus: 500 };
    expect(deliveryState(given)).toMatchObject({
      word: 'Failed',
      tone: 'danger',
      text: 'After 1 attempt. Responded with 500.',
    });
  });
});
