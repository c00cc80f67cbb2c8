import { randomUUID } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import { ChannelService } from '../channels/channel.service.js';
import { CLOCK, type Clock } from '../common/clock.js';
import { DomainError } from '../common/domain-error.js';
import type { Rate } from '../common/token-bucket.js';
import {
  type NewWebhook,
  type WebhookAdded,
  type WebhookDeliveryView,
  WebhookEvent,
  type WebhookView,
} from '../protocol/webhook.js';
import { Secrets } from '../secrets/secrets.js';
import { RateLimiter } from '../security/rate-limiter.js';
import { newWebhookSecret } from './signature.js';
import { DELIVERIES_KEPT } from './webhook-dispatcher.js';
import { WebhookEvents } from './webhook-events.js';
import { WebhookSender } from './webhook-sender.js';
import {
  type StoredDelivery,
  type StoredWebhook,
  WebhookRepository,
} from './webhook.repository.js';

const PER_CHANNEL_MAX = 10;
/** The maximum rate of test deliveries per account. */
const TESTS: Rate = { burst: 5, perSecond: 1 / 30 };

/** A channel and the calling account. */
export type Owned = Readonly<{ channel: string; accountId: string }>;

/**
 * Manages a channel's webhooks for its owner. All methods can reject with `channel_not_found` and
 * `forbidden`.
 */
@Injectable()
export class WebhookService {
  /** Limits test deliveries by account. */
  readonly #tests = new RateLimiter();

  // oxlint-disable-next-line max-params -- Injected by Nest: storage, channels, sending, secrets
  // and the clock.
  constructor(
    private readonly repository: WebhookRepository,
    private readonly channels: ChannelService,
    private readonly events: WebhookEvents,
    private readonly sender: WebhookSender,
    private readonly secrets: Secrets,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  async list(owned: Owned): Promise<WebhookView[]> {
    const webhooks = await this.repository.list(await this.#channelId(owned));
    return webhooks.map((webhook) => view(webhook));
  }

  /** @throws {DomainError} `webhook_limit`; `bad_request` for an address that is not public */
  async add(owned: Owned, { url, events }: NewWebhook): Promise<WebhookAdded> {
    const channelId = await this.#channelId(owned);
    const message = this.sender.objection(url);
    if (message !== null) {
      throw new DomainError('bad_request', `url: ${message}`, {
        issues: [{ path: 'url', message }],
      });
    }
    const id = randomUUID();
    const { secret, sealed } = this.#newSecret(id);
    const added = await this.repository.add(
      { id, channelId, url, events, secret: sealed },
      PER_CHANNEL_MAX,
    );
    if (added === null)
      throw new DomainError(
        'webhook_limit',
        `A channel can have up to ${PER_CHANNEL_MAX} webhooks. Remove one to add another.`,
      );
    return { ...view(added), secret };
  }

  /**
   * Replaces a webhook's secret.
   * @throws {DomainError} `webhook_not_found`
   */
  async changeSecret(owned: Owned, id: string): Promise<WebhookAdded> {
    const { secret, sealed } = this.#newSecret(id);
    const changed = await this.repository.setSecret(await this.#channelId(owned), id, sealed);
    if (changed === null) throw noWebhook();
    return { ...view(changed), secret };
  }

  /** Removes a webhook; does nothing if it does not exist. */
  async remove(owned: Owned, id: string): Promise<void> {
    await this.repository.remove(await this.#channelId(owned), id);
  }

  /** Sends a `ping`. @throws {DomainError} `webhook_not_found`, `rate_limited` */
  async test(owned: Owned, id: string): Promise<WebhookDeliveryView> {
    const webhook = await this.#find(owned, id);
    const retryAfterMs = this.#tests.take(owned.accountId, TESTS, this.clock.nowMs());
    if (retryAfterMs > 0)
      throw new DomainError('rate_limited', 'Too many tests. Wait a moment, then try again.', {
        retryAfterMs,
      });
    const delivery = await this.events.ping(webhook.id, owned.channel);
    if (delivery === null)
      throw new DomainError(
        'rate_limited',
        'Too many deliveries are waiting for this webhook. Try again later.',
        { retryAfterMs: 60_000 },
      );
    return deliveryView(delivery);
  }

  /**
   * Lists deliveries, newest first.
   * @throws {DomainError} `webhook_not_found`
   */
  async deliveries(owned: Owned, id: string): Promise<WebhookDeliveryView[]> {
    const webhook = await this.#find(owned, id);
    const deliveries = await this.repository.deliveries(webhook.id, DELIVERIES_KEPT);
    return deliveries.map((delivery) => deliveryView(delivery));
  }

  async #find(owned: Owned, id: string): Promise<StoredWebhook> {
    const webhook = await this.repository.find(await this.#channelId(owned), id);
    if (webhook) return webhook;
    throw noWebhook();
  }

  #newSecret(id: string): { secret: string; sealed: Uint8Array<ArrayBuffer> } {
    const secret = newWebhookSecret();
    return {
      secret,
      sealed: new Uint8Array(Buffer.from(this.secrets.seal('webhook', secret, id))),
    };
  }

  async #channelId({ channel: name, accountId }: Owned): Promise<string> {
    const channel = await this.channels.get(name);
    if (channel.ownerId === accountId) return channel.id;
    throw new DomainError('forbidden', 'This channel belongs to another account.');
  }
}

const noWebhook = () => new DomainError('webhook_not_found', 'This channel has no such webhook.');

function view({ id, url, events, createdAt }: StoredWebhook): WebhookView {
  return {
    id,
    url,
    // Only events that this version of Onair knows are included.
    events: WebhookEvent.options.filter((event) => events.includes(event)),
    createdAt: createdAt.toISOString(),
  };
}

function deliveryView({
  createdAt,
  deliveredAt,
  nextAttemptAt,
  ...delivery
}: StoredDelivery): WebhookDeliveryView {
  return {
    ...delivery,
    createdAt: createdAt.toISOString(),
    deliveredAt: deliveredAt?.toISOString() ?? null,
    nextAttemptAt: nextAttemptAt?.toISOString() ?? null,
  };
}
