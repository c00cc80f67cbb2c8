import type {
  NewWebhook,
  WebhookAdded,
  WebhookDeliveryList,
  WebhookDeliveryView,
  WebhookList,
} from '../../src/protocol/webhook.js';
import { call } from './api.js';

const path = (channel: string, id?: string): string =>
  `/channels/${encodeURIComponent(channel)}/webhooks${id === undefined ? '' : `/${id}`}`;

/** The webhooks of a channel that the caller owns. Every call throws `RequestError` on failure. */
export const webhookApi = {
  list: (channel: string) => call<WebhookList>('GET', path(channel)),
  add: (channel: string, webhook: NewWebhook) => call<WebhookAdded>('POST', path(channel), webhook),
  remove: (channel: string, id: string) => call<null>('DELETE', path(channel, id)),
  changeSecret: (channel: string, id: string) =>
    call<WebhookAdded>('POST', `${path(channel, id)}/secret`),
  test: (channel: string, id: string) =>
    call<WebhookDeliveryView>('POST', `${path(channel, id)}/test`),
  deliveries: (channel: string, id: string) =>
    call<WebhookDeliveryList>('GET', `${path(channel, id)}/deliveries`),
};
