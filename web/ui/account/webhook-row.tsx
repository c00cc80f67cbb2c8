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

/** More are not drawn. */
const DELIVERIES_SHOWN = 20;
/** How often what is shown is asked for again. */
const REFRESH_MS = 3_000;

export interface WebhookRowProps {
  channel: string;
  webhook: WebhookView;
  onRemoved: () => Promise<void>;
  onSecret: (secret: string) => void;
}

/** One webhook: where it goes, what it is told of, what became of that. */
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
      title: 'Make a new secret?',
      text: `The one that ${url} knows ends at once: it refuses what is sent until you give it the new one.`,
      action: 'Make a new secret',
    });
    if (!goAhead) return;
    await attempt(async () => {
      const { secret } = await webhookApi.changeSecret(channel, id);
      onSecret(secret);
    }, 'The secret was changed.');
  }
  async function remove(): Promise<void> {
    const goAhead = await confirm({
      title: 'Remove this webhook?',
      text: `${url} is told nothing any more, and what waits for it is dropped.`,
      action: 'Remove webhook',
      cancel: 'Keep it',
      danger: true,
    });
    if (!goAhead) return;
    await attempt(async () => {
      await webhookApi.remove(channel, id);
      await onRemoved();
    }, 'The webhook was removed.');
  }
  return (
    <li class="row webhook-row">
      <Icon icon={Webhook} size={20} />
      <div class="row-text">
        <h3 class="webhook-url">{url}</h3>
        <p class="muted">
          {last === undefined ? 'Nothing was sent yet.' : `Last: ${last.word.toLowerCase()}`}
        </p>
        <p class="row-badges">
          {events.map((event) => (
            <Badge key={event}>{event}</Badge>
          ))}
        </p>
        {isOpen && (
          <WhenLoaded state={state} onRetry={() => void reload()}>
            {(deliveries) => (
              <ul class="webhook-deliveries" aria-label={`What was sent to ${url}`}>
                {deliveries.length === 0 && <li class="muted">Nothing was sent yet.</li>}
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
            }, 'A test is on its way.')
          }
        >
          Send a test
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
