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
  it('of one that was not sent yet', () => {
    expect(deliveryState(delivery)).toMatchObject({ word: 'Waiting', tone: 'warn' });
  });

  it('of one that came', () => {
    const done = {
      ...delivery,
      attempts: 1,
      deliveredAt: at,
      nextAttemptAt: null,
      lastStatus: 204,
    };
    expect(deliveryState(done)).toMatchObject({ word: 'Delivered', tone: 'good' });
    expect(deliveryState(done).text).toContain('It answered 204.');
  });

  it('of one that is tried again says why', () => {
    const failing = { ...delivery, attempts: 2, lastError: 'connect ECONNREFUSED' };
    expect(deliveryState(failing)).toMatchObject({
      word: 'Trying again',
      text: 'After 2 tries. connect ECONNREFUSED',
    });
  });

  it('of one that was given up', () => {
    const given = { ...delivery, attempts: 1, nextAttemptAt: null, lastStatus: 500 };
    expect(deliveryState(given)).toMatchObject({
      word: 'Given up',
      tone: 'danger',
      text: 'After one try. It answered 500.',
    });
  });
});
