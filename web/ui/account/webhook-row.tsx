import { useCallback, useEffect, useState } from 'preact/hooks';
import { Webhook } from 'lucide';
import type { WebhookView } from '../../../src/protocol/webhook.js';
import { webhookApi } from '../../client/webhook-api.js';
import { Badge } from '../components/badge.js';
import { Button } from '../components/button.js';
import { confirm } from '../components/confirm.js';
import { Icon } from '../components/icon.js';
import { attempt } from './attempt.js';
import { WhenLoaded } from './loaded.js';
import { useLoaded } from './use-loaded.js';
import { deliveryState } from './webhook-delivery.js';
import { whenLabel } from './when-label.js';

/** The number of deliveries shown. */
const DELIVERIES_SHOWN = 20;
/** The interval at which the open list of deliveries is reloaded, in milliseconds. */
const REFRESH_MS = 3_000;

export interface WebhookRowProps {
  channel: string;
  webhook: WebhookView;
  onRemoved: () => Promise<void>;
  onSecret: (secret: string) => void;
}

/** A webhook with its URL, events, and latest deliveries. */
export function WebhookRow({ channel, webhook, onRemoved, onSecret }: WebhookRowProps) {
  const { id, url, events } = webhook;
  const load = useCallback(() => webhookApi.deliveries(channel, id), [channel, id]);
  const [state, reload] = useLoaded(load);
  const [isOpen, setOpen] = useState(false);
  useEffect(() => {
    if (!isOpen) return undefined;
    const timer = setInterval(() => void reload(), REFRESH_MS);
    return () => clearInterval(timer);
  }, [isOpen, reload]);
  const newest = state.name === 'loaded' ? state.value[0] : undefined;
  const last = newest && deliveryState(newest);
  async function changeSecret(): Promise<void> {
    const goAhead = await confirm({
      title: 'Generate a new secret?',
      text: `The current secret stops working immediately. ${url} will reject deliveries until you give it the new one.`,
      action: 'Generate secret',
    });
    if (!goAhead) return;
    await attempt(async () => {
      const { secret } = await webhookApi.changeSecret(channel, id);
      onSecret(secret);
    }, 'Secret changed.');
  }
  async function remove(): Promise<void> {
    const goAhead = await confirm({
      title: 'Remove this webhook?',
      text: `${url} will receive no more events, and pending deliveries are dropped.`,
      action: 'Remove webhook',
      cancel: 'Keep it',
      danger: true,
    });
    if (!goAhead) return;
    await attempt(async () => {
      await webhookApi.remove(channel, id);
      await onRemoved();
    }, 'Webhook removed.');
  }
  return (
    <li class="row webhook-row">
      <Icon icon={Webhook} size={20} />
      <div class="row-text">
        <h3 class="webhook-url">{url}</h3>
        <p class="muted">
          {last === undefined ? 'No deliveries yet.' : `Last: ${last.word.toLowerCase()}`}
        </p>
        <p class="row-badges">
          {events.map((event) => (
            <Badge key={event}>{event}</Badge>
          ))}
        </p>
        {isOpen && (
          <WhenLoaded state={state} onRetry={() => void reload()}>
            {(deliveries) => (
              <ul class="webhook-deliveries" aria-label={`Deliveries to ${url}`}>
                {deliveries.length === 0 && <li class="muted">No deliveries yet.</li>}
                {deliveries.slice(0, DELIVERIES_SHOWN).map((one) => {
                  const { tone, word, text } = deliveryState(one);
                  return (
                    <li key={one.id}>
                      <Badge tone={tone}>{word}</Badge> <code>{one.event}</code>{' '}
                      <span class="muted">
                        {whenLabel(one.createdAt)} · {text}
                      </span>
                    </li>
                  );
                })}
              </ul>
            )}
          </WhenLoaded>
        )}
      </div>
      <div class="webhook-actions">
        <Button
          size="s"
          onClick={() =>
            void attempt(async () => {
              await webhookApi.test(channel, id);
              setOpen(true);
              await reload();
            }, 'Test delivery queued.')
          }
        >
          Send test
        </Button>
        <Button
          size="s"
          expanded={isOpen}
          onClick={() => {
            setOpen(!isOpen);
            void reload();
          }}
        >
          Deliveries
        </Button>
        <Button size="s" onClick={() => void changeSecret()}>
          New secret
        </Button>
        <Button size="s" onClick={() => void remove()}>
          Remove
        </Button>
      </div>
    </li>
  );
}
