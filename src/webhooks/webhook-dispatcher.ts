import {
  type BeforeApplicationShutdown,
  Inject,
  Injectable,
  type OnApplicationBootstrap,
} from '@nestjs/common';
import { CLOCK, type Clock } from '../common/clock.js';
import { LOG, type Log } from '../common/logger.js';
import { Secrets } from '../secrets/secrets.js';
import { retryDelayMs } from './retry-delay.js';
import { signatureHeader } from './signature.js';
import { type Sent, WebhookSender } from './webhook-sender.js';
import { type DueDelivery, type Outcome, WebhookRepository } from './webhook.repository.js';

/** Concurrent attempts. Each webhook has at most one, so that a slow receiver delays no other. */
const ACTIVE_MAX = 8;
/** Longer than an attempt takes. An attempt interrupted by a crash is repeated after this time. */
const LEASE_MS = 60_000;
/** The longest interval between checks, even when nothing seems to wait. */
const LOOK_MS = 60_000;
/** The delay of a check after the database failed. */
const TROUBLE_MS = 5_000;
/** Finished deliveries retained per webhook. */
export const DELIVERIES_KEPT = 100;
/** RFC 9110 15.5.11: a receiver that answers this wants no more deliveries. */
const GONE = 410;

/**
 * Sends the deliveries waiting in the database and retries failed ones. A restart loses nothing.
 */
@Injectable()
export class WebhookDispatcher implements OnApplicationBootstrap, BeforeApplicationShutdown {
  readonly #log: Log;
  /** Active attempts, by webhook. */
  readonly #active = new Map<string, Promise<void>>();
  #timer: NodeJS.Timeout | undefined;
  #looking: Promise<void> | null = null;
  #lookAgain = false;
  #closed = false;

  constructor(
    private readonly repository: WebhookRepository,
    private readonly sender: WebhookSender,
    private readonly secrets: Secrets,
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(LOG) log: Log,
  ) {
    this.#log = log.child({ part: 'webhooks' });
  }

  onApplicationBootstrap(): void {
    this.wake();
  }

  /** Waits for active attempts; the rest waits for the next start. */
  async beforeApplicationShutdown(): Promise<void> {
    this.#closed = true;
    clearTimeout(this.#timer);
    this.sender.stop();
    await this.#looking;
    await Promise.all(this.#active.values());
  }

  /** Checks for new deliveries now. */
  wake(): void {
    if (this.#closed) return;
    if (this.#looking) {
      this.#lookAgain = true;
      return;
    }
    clearTimeout(this.#timer);
    this.#looking = this.#look()
      .catch((err: unknown) => {
        this.#log.warn({ err }, 'what webhooks are to be told can’t be looked up');
        return TROUBLE_MS;
      })
      .then((delayMs) => this.#lookIn(delayMs));
  }

  #lookIn(delayMs: number): void {
    this.#looking = null;
    if (this.#closed) return;
    this.#timer = setTimeout(() => this.wake(), this.#lookAgain ? 0 : delayMs).unref();
    this.#lookAgain = false;
  }

  /** Starts due deliveries, up to the limit. Resolves with the time of the next check. */
  async #look(): Promise<number> {
    const room = ACTIVE_MAX - this.#active.size;
    if (room <= 0) return LOOK_MS;
    const now = this.clock.nowMs();
    // Several deliveries of one webhook may be due: take the first of each.
    const due = await this.repository.due(new Date(now), ACTIVE_MAX * 4, [...this.#active.keys()]);
    for (const delivery of due) {
      if (this.#active.size >= ACTIVE_MAX || this.#closed) break;
      if (!this.#active.has(delivery.webhook.id)) await this.#start(delivery);
    }
    const next = await this.repository.nextDueAt();
    // An overdue delivery waits for an active one, whose end triggers the next check.
    const waitMs = next === null ? LOOK_MS : next.getTime() - this.clock.nowMs();
    return waitMs <= 0 && this.#active.size > 0 ? LOOK_MS : Math.min(LOOK_MS, Math.max(0, waitMs));
  }

  async #start(delivery: DueDelivery): Promise<void> {
    const { id } = delivery.webhook;
    await this.repository.lease(delivery.id, new Date(this.clock.nowMs() + LEASE_MS));
    const attempt = this.#attempt(delivery)
      .catch((err: unknown) =>
        this.#log.warn({ err, delivery: delivery.id }, 'a webhook’s delivery is not written down'),
      )
      .finally(() => {
        this.#active.delete(id);
        this.wake();
      });
    this.#active.set(id, attempt);
  }

  async #attempt(delivery: DueDelivery): Promise<void> {
    const { id, webhook } = delivery;
    const sent = await this.#send(delivery);
    const outcome = this.#outcomeOf(delivery, sent);
    await this.repository.finish(id, outcome);
    if (outcome.nextAttemptAt !== null) return;
    if (outcome.deliveredAt === null)
      this.#log.warn({ webhook: webhook.id, reason: outcome.lastError }, 'a delivery is given up');
    await this.repository.prune(webhook.id, DELIVERIES_KEPT);
  }

  async #send({ id, event, body, webhook }: DueDelivery): Promise<Sent | 'unsealed'> {
    const sealed = Buffer.from(webhook.secret).toString('utf8');
    const secret = this.secrets.unseal('webhook', sealed, webhook.id);
    if (secret === null) return 'unsealed';
    return this.sender.post({
      url: webhook.url,
      body,
      headers: {
        'content-type': 'application/json; charset=utf-8',
        'user-agent': 'Onair-Webhooks',
        'onair-event': event,
        'onair-delivery': id,
        'onair-signature': signatureHeader(secret, body, this.clock.nowMs()),
      },
    });
  }

  #outcomeOf(delivery: DueDelivery, sent: Sent | 'unsealed'): Outcome {
    const attempts = delivery.attempts + 1;
    const nowMs = this.clock.nowMs();
    if (sent === 'unsealed') {
      const lastError = 'The secret can’t be read any more. Remove this webhook and add it anew.';
      return { attempts, deliveredAt: null, nextAttemptAt: null, lastStatus: null, lastError };
    }
    const { status: lastStatus, error: lastError } = sent;
    const told = { attempts, lastStatus, lastError };
    if (lastError === '') return { ...told, deliveredAt: new Date(nowMs), nextAttemptAt: null };
    const delayMs = lastStatus === GONE ? null : retryDelayMs(attempts, Math.random());
    const nextAttemptAt = delayMs === null ? null : new Date(nowMs + delayMs);
    return { ...told, deliveredAt: null, nextAttemptAt };
  }
}
