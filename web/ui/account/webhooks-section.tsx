import { useCallback, useState } from 'preact/hooks';
import { Plus } from 'lucide';
import type { WebhookEvent } from '../../../src/protocol/webhook.js';
import { api } from '../../client/api.js';
import { webhookApi } from '../../client/webhook-api.js';
import { Button } from '../components/button.js';
import { Card } from '../components/card.js';
import { Dialog } from '../components/dialog.js';
import { Select } from '../components/select.js';
import { TextField } from '../components/text-field.js';
import { CopyText } from './copy-text.js';
import { FormError } from './form-error.js';
import { WhenLoaded } from './loaded.js';
import { useLoaded } from './use-loaded.js';
import { useSubmit } from './use-submit.js';
import { WebhookRow } from './webhook-row.js';
import './webhooks.css';

const EVENTS: readonly { event: WebhookEvent; when: string }[] = [
  { event: 'broadcast.live', when: 'You go live' },
  { event: 'broadcast.ended', when: 'A broadcast ends' },
  { event: 'message.held', when: 'A message is held for approval' },
  { event: 'chat.moderated', when: 'A moderator takes an action' },
];

/** The webhooks of the account's channels, which are URLs that are notified about events. */
export default function WebhooksSection({ username }: { username: string }) {
  const loadChannels = useCallback(() => api.channelsOf(username), [username]);
  const [channels, reload] = useLoaded(loadChannels);
  const [chosen, setChosen] = useState<string>();
  return (
    <Card>
      <WhenLoaded state={channels} onRetry={() => void reload()}>
        {(all) => {
          const channel = chosen ?? all[0]?.name;
          if (channel === undefined)
            return (
              <>
                <h2>Webhooks</h2>
                <p class="section-lead muted">
                  Create a channel first. Each webhook belongs to a channel.
                </p>
              </>
            );
          return (
            <>
              {all.length > 1 && (
                <Select
                  label="Channel"
                  value={channel}
                  options={all.map(({ name }) => ({ value: name, label: name }))}
                  onChange={setChosen}
                />
              )}
              <ChannelWebhooks key={channel} channel={channel} />
            </>
          );
        }}
      </WhenLoaded>
    </Card>
  );
}

function ChannelWebhooks({ channel }: { channel: string }) {
  const load = useCallback(() => webhookApi.list(channel), [channel]);
  const [state, reload] = useLoaded(load);
  const [adding, setAdding] = useState(false);
  const [secret, setSecret] = useState<string | null>(null);
  return (
    <>
      <div class="section-head">
        <h2>Webhooks</h2>
        {!adding && (
          <Button icon={Plus} onClick={() => setAdding(true)}>
            New webhook
          </Button>
        )}
      </div>
      <p class="section-lead muted">
        Onair sends a signed request to your URL when something happens on your channel. Failed
        deliveries are retried for almost two days.
      </p>
      {adding && (
        <NewWebhookForm
          channel={channel}
          onCancel={() => setAdding(false)}
          onAdded={(made) => {
            setAdding(false);
            setSecret(made);
            void reload();
          }}
        />
      )}
      <WhenLoaded state={state} onRetry={() => void reload()}>
        {(webhooks) => (
          <ul class="rows">
            {webhooks.map((webhook) => (
              <WebhookRow
                key={webhook.id}
                channel={channel}
                webhook={webhook}
                onRemoved={reload}
                onSecret={setSecret}
              />
            ))}
          </ul>
        )}
      </WhenLoaded>
      {secret !== null && (
        <Dialog
          title="Webhook secret"
          onClose={() => setSecret(null)}
          actions={
            <Button variant="primary" onClick={() => setSecret(null)}>
              I’ve saved it
            </Button>
          }
        >
          <p>
            It won’t be shown again. Requests are signed with it, so the receiver can verify that
            they come from this server.
          </p>
          <CopyText text={secret} label="Copy secret" />
        </Dialog>
      )}
    </>
  );
}

interface NewWebhookFormProps {
  channel: string;
  onCancel: () => void;
  onAdded: (secret: string) => void;
}

function NewWebhookForm({ channel, onCancel, onAdded }: NewWebhookFormProps) {
  const [url, setUrl] = useState('');
  const [events, setEvents] = useState<readonly WebhookEvent[]>(['broadcast.live']);
  const form = useSubmit(async () => {
    const added = await webhookApi.add(channel, { url: url.trim(), events: [...events] });
    onAdded(added.secret);
  });
  const toggle = (event: WebhookEvent, on: boolean): void =>
    setEvents(on ? [...events, event] : events.filter((one) => one !== event));
  return (
    <form class="account-form section-form" onSubmit={form.submit} noValidate>
      <FormError message={form.message ?? form.issue('events')} />
      <TextField
        label="URL"
        name="url"
        value={url}
        onInput={setUrl}
        error={form.issue('url')}
        placeholder="https://example.org/onair"
        autocomplete="off"
        required
      />
      <fieldset class="checks">
        <legend class="field-label">Notify when</legend>
        {EVENTS.map(({ event, when }) => (
          <label key={event} class="check">
            <input
              type="checkbox"
              checked={events.includes(event)}
              onChange={({ currentTarget }) => toggle(event, currentTarget.checked)}
            />
            <span>
              {when} <code>{event}</code>
            </span>
          </label>
        ))}
      </fieldset>
      <div class="account-form-actions">
        <Button onClick={onCancel}>Cancel</Button>
        <Button type="submit" variant="primary" busy={form.busy}>
          Add webhook
        </Button>
      </div>
    </form>
  );
}
