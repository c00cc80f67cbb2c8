import { z } from 'zod';

/** The events to which a webhook can subscribe, in addition to `ping`, which tests it. */
export const WEBHOOK_EVENTS = [
  'broadcast.live',
  'broadcast.ended',
  'message.held',
  'chat.moderated',
] as const;
export const WebhookEvent = z.enum(WEBHOOK_EVENTS).meta({ id: 'WebhookEvent' });
export type WebhookEvent = z.output<typeof WebhookEvent>;

/** The maximum length of a webhook's URL. */
const URL_MAX = 500;

/** A new webhook of a channel. */
export const NewWebhook = z
  .strictObject({
    url: z
      .url({ protocol: /^https?$/, error: 'a URL that starts with https:// or http://' })
      .max(URL_MAX)
      .refine((url) => !hasPassword(url), 'a URL without a username and password'),
    events: z
      .array(WebhookEvent)
      .min(1, 'choose at least one event')
      .max(WEBHOOK_EVENTS.length)
      .transform((events) => [...new Set(events)]),
  })
  .meta({ id: 'NewWebhook' });
export type NewWebhook = z.output<typeof NewWebhook>;

/** A webhook, as its channel's owner sees it. */
export const WebhookView = z
  .object({
    id: z.uuid(),
    url: z.string(),
    events: z.array(WebhookEvent),
    createdAt: z.iso.datetime(),
  })
  .meta({ id: 'Webhook' });
export type WebhookView = z.output<typeof WebhookView>;

export const WebhookList = z.array(WebhookView).meta({ id: 'WebhookList' });
export type WebhookList = z.output<typeof WebhookList>;

/** The reply to adding a webhook or changing its secret. The secret is never shown again. */
export const WebhookAdded = WebhookView.extend({
  secret: z.string().describe('the key that signs deliveries'),
}).meta({ id: 'WebhookAdded' });
export type WebhookAdded = z.output<typeof WebhookAdded>;

/** One delivery, sent or pending. */
export const WebhookDeliveryView = z
  .object({
    id: z.uuid(),
    event: z.string(),
    createdAt: z.iso.datetime(),
    attempts: z.number().int().nonnegative(),
    deliveredAt: z.iso.datetime().nullable(),
    /** The time of the next attempt; null if the delivery has succeeded or was abandoned. */
    nextAttemptAt: z.iso.datetime().nullable(),
    /** The HTTP status of the receiver's last response. */
    lastStatus: z.number().int().nullable(),
    lastError: z.string(),
  })
  .meta({ id: 'WebhookDelivery' });
export type WebhookDeliveryView = z.output<typeof WebhookDeliveryView>;

export const WebhookDeliveryList = z.array(WebhookDeliveryView).meta({ id: 'WebhookDeliveryList' });
export type WebhookDeliveryList = z.output<typeof WebhookDeliveryList>;

function hasPassword(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const { username, password } = new URL(text);
  return username !== '' || password !== '';
}
