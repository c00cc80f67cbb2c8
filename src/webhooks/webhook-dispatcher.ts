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
import { type ClaimedDelivery, type Outcome, WebhookRepository } from './webhook.repository.js';

/**
 * The maximum number of this process's concurrent attempts. Across all processes, at most one
 * attempt per webhook is active, so that a slow receiver doesn't delay others.
 */
const ACTIVE_MAX = 8;
/**
 * The time after which any process may send a delivery again if the process that was sending it has
 * stopped. It is longer than any attempt, plus the largest difference between the nodes' clocks.
 */
const LEASE_MS = 60_000;
/** The maximum interval between checks, even if nothing seems to be waiting. */
const CHECK_MS = 60_000;
/** The minimum interval between checks, used while another process is sending the due delivery. */
const SOON_MS = 20;
/** The delay until the next check after the database failed. */
const TROUBLE_MS = 5_000;
/** The number of finished deliveries that are stored per webhook. */
export const DELIVERIES_KEPT = 100;
/**
 * The status with which a receiver requests no more deliveries (410 Gone; RFC 9110, section
 * 15.5.11).
 */
const GONE = 410;

/**
 * Sends the deliveries waiting in the database and retries failed ones. The processes that share a
 * database share this work. No delivery is lost in a restart.
 */
@Injectable()
export class WebhookDispatcher implements OnApplicationBootstrap, BeforeApplicationShutdown {
  readonly #log: Log;
  /** The active attempts. */
  readonly #active = new Set<Promise<void>>();
  #timer: NodeJS.Timeout | undefined;
  #checking: Promise<void> | null = null;
  #checkAgain = false;
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

  /** Waits for active attempts. Other deliveries are sent after the next startup. */
  async beforeApplicationShutdown(): Promise<void> {
    this.#closed = true;
    clearTimeout(this.#timer);
    this.sender.stop();
    await this.#checking;
    await Promise.all(this.#active);
  }

  /** Checks for new deliveries now. */
  wake(): void {
    if (this.#closed) return;
    if (this.#checking) {
      this.#checkAgain = true;
      return;
    }
    clearTimeout(this.#timer);
    this.#checking = this.#check()
      .catch((err: unknown) => {
        this.#log.warn({ err }, 'due webhook deliveries can’t be read; retrying');
        return TROUBLE_MS;
      })
      .then((delayMs) => this.#checkIn(delayMs));
  }

  #checkIn(delayMs: number): void {
    this.#checking = null;
    if (this.#closed) return;
    this.#timer = setTimeout(() => this.wake(), this.#checkAgain ? 0 : delayMs).unref();
    this.#checkAgain = false;
  }

  /**
   * Claims and starts due deliveries, up to the limit. Resolves to the delay until the next check,
   * in milliseconds.
   */
  async #check(): Promise<number> {
    while (this.#active.size < ACTIVE_MAX && !this.#closed) {
      const nowMs = this.clock.nowMs();
      const delivery = await this.repository.claim(new Date(nowMs), new Date(nowMs + LEASE_MS));
      if (delivery === null) break;
      this.#start(delivery);
    }
    // The end of an active attempt triggers the next check.
    if (this.#active.size >= ACTIVE_MAX) return CHECK_MS;
    const nowMs = this.clock.nowMs();
    const next = await this.repository.nextDueAt(new Date(nowMs));
    if (next === null) return CHECK_MS;
    return Math.min(CHECK_MS, Math.max(SOON_MS, next.getTime() - nowMs));
  }

  #start(delivery: ClaimedDelivery): void {
    const attempt = this.#attempt(delivery)
      .catch((err: unknown) =>
        this.#log.warn(
          { err, delivery: delivery.id },
          'the outcome of a webhook delivery was not stored',
        ),
      )
      .finally(() => {
        this.#active.delete(attempt);
        this.wake();
      });
    this.#active.add(attempt);
  }

  async #attempt(delivery: ClaimedDelivery): Promise<void> {
    const { webhook } = delivery;
    const sent = await this.#send(delivery);
    const outcome = this.#outcomeOf(delivery, sent);
    await this.repository.finish(delivery, outcome);
    if (outcome.nextAttemptAt !== null) return;
    if (outcome.deliveredAt === null)
      this.#log.warn(
        { webhook: webhook.id, reason: outcome.lastError },
        'gave up on a webhook delivery',
      );
    await this.repository.prune(webhook.id, DELIVERIES_KEPT);
  }

  async #send({ id, event, body, webhook }: ClaimedDelivery): Promise<Sent | 'unsealed'> {
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

  #outcomeOf(delivery: ClaimedDelivery, sent: Sent | 'unsealed'): Outcome {
    const attempts = delivery.attempts + 1;
    const nowMs = this.clock.nowMs();
    if (sent === 'unsealed') {
      const lastError = 'The secret can no longer be read. Remove this webhook and add it again.';
      return { attempts, deliveredAt: null, nextAttemptAt: null, lastStatus: null, lastError };
    }
    const { status: lastStatus, error: lastError } = sent;
    const result = { attempts, lastStatus, lastError };
    if (lastError === '') return { ...result, deliveredAt: new Date(nowMs), nextAttemptAt: null };
    const delayMs = lastStatus === GONE ? null : retryDelayMs(attempts, Math.random());
    const nextAttemptAt = delayMs === null ? null : new Date(nowMs + delayMs);
    return { ...result, deliveredAt: null, nextAttemptAt };
  }
}
