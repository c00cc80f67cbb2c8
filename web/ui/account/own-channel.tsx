import { useState } from 'preact/hooks';
import { ExternalLink, Pencil, Trash } from 'lucide';
import type { ChannelView } from '../../../src/protocol/channel.js';
import { TITLE_MAX } from '../../../src/protocol/limits.js';
import { at } from '../../client/base-path.js';
import { RequestError } from '../../client/request-error.js';
import { LiveBadge } from '../components/badge.js';
import { Button } from '../components/button.js';
import { confirm } from '../components/confirm.js';
import { Icon } from '../components/icon.js';
import { IconButton } from '../components/icon-button.js';
import { TextField } from '../components/text-field.js';
import { Thumbnail } from '../components/thumbnail.js';
import { toast } from '../components/toast.js';
import { useSubmit } from './use-submit.js';

export interface OwnChannelProps {
  channel: ChannelView;
  /** Both callbacks throw `RequestError`. */
  onRename: (title: string) => Promise<void>;
  onDelete: () => Promise<void>;
}

/** A channel of the account, with buttons to edit and delete it. */
export function OwnChannel({ channel, onRename, onDelete }: OwnChannelProps) {
  const [editing, setEditing] = useState(false);

  async function askAndDelete(): Promise<void> {
    const goAhead = await confirm({
      title: `Delete ${channel.name}?`,
      text: 'This permanently deletes the channel, its broadcasts and its chat. Its page stops working.',
      action: 'Delete channel',
      cancel: 'Keep it',
      danger: true,
    });
    if (!goAhead) return;
    try {
      await onDelete();
      toast({ text: `${channel.name} was deleted.`, tone: 'good' });
    } catch (error) {
      if (!(error instanceof RequestError)) throw error;
      toast({ text: error.message, tone: 'danger' });
    }
  }

  return (
    <li class="own-channel">
      {editing ? (
        <TitleForm
          title={channel.title}
          onSave={async (title) => {
            await onRename(title);
            setEditing(false);
          }}
          onCancel={() => setEditing(false)}
        />
      ) : (
        <>
          {channel.broadcast && (
            <div class="own-channel-picture">
              <Thumbnail name={channel.name} picture={channel.thumbnail} />
            </div>
          )}
          <div class="own-channel-text">
            <h3>
              {channel.title || channel.name} {channel.broadcast && <LiveBadge size="s" />}
            </h3>
            <a href={at(`/${channel.name}`)}>
              /{channel.name}
              <Icon icon={ExternalLink} size={14} />
            </a>
          </div>
          <div class="own-channel-actions">
            <IconButton
              icon={Pencil}
              iconSize={18}
              label={`Edit the title of ${channel.name}`}
              align="end"
              onClick={() => setEditing(true)}
            />
            <IconButton
              icon={Trash}
              iconSize={18}
              label={`Delete ${channel.name}`}
              align="end"
              onClick={() => void askAndDelete()}
            />
          </div>
        </>
      )}
    </li>
  );
}

interface TitleFormProps {
  title: string;
  onSave: (title: string) => Promise<void>;
  onCancel: () => void;
}

function TitleForm({ title: before, onSave, onCancel }: TitleFormProps) {
  const [title, setTitle] = useState(before);
  const form = useSubmit(() => onSave(title));
  return (
    <form
      class="account-form"
      onSubmit={form.submit}
      noValidate
      onKeyDown={(event) => {
        if (event.key === 'Escape') onCancel();
      }}
    >
      <TextField
        label="Title"
        value={title}
        onInput={setTitle}
        error={form.issue('title') ?? form.message}
        autocomplete="off"
        maxLength={TITLE_MAX}
        inputRef={(input) => {
          input?.focus();
        }}
      />
      <div class="account-form-actions">
        <Button onClick={onCancel}>Cancel</Button>
        <Button type="submit" variant="primary" busy={form.busy}>
          Save
        </Button>
      </div>
    </form>
  );
}
