import { useState } from 'preact/hooks';
import { TITLE_MAX } from '../../../../src/protocol/limits.js';
import { at } from '../../../client/base-path.js';
import { RequestError } from '../../../client/request-error.js';
import { Button } from '../../components/button.js';
import { TextField } from '../../components/text-field.js';
import {
  channelNameProblem,
  nextChannelName,
  suggestChannelName,
} from '../state/channel-suggestion.js';
import type { OwnChannels } from '../state/own-channels.js';

/** The first step for a new account: creating a channel. */
export function FirstChannel({ channels, username }: { channels: OwnChannels; username: string }) {
  const [name, setName] = useState(suggestChannelName(username));
  const [title, setTitle] = useState('');
  const [error, setError] = useState<string | undefined>(undefined);
  const [busy, setBusy] = useState(false);

  async function create(): Promise<void> {
    const problem = channelNameProblem(name);
    setError(problem);
    if (problem !== undefined) return;
    setBusy(true);
    try {
      await channels.create(name, title.trim());
    } catch (failure) {
      if (!(failure instanceof RequestError)) throw failure;
      setError(messageOf(failure, name));
    } finally {
      setBusy(false);
    }
  }

  return (
    <form
      class="panel"
      onSubmit={(event) => {
        event.preventDefault();
        void create();
      }}
    >
      <div class="panel-head">
        <h2>Create your channel</h2>
        <p class="muted">Your place on Onair, where people find all your broadcasts.</p>
      </div>
      <TextField
        label="Channel name"
        value={name}
        onInput={(typed) => {
          setName(typed.toLowerCase().replaceAll(' ', '-'));
          setError(undefined);
        }}
        hint={`People watch at ${location.host}${at(`/${name}`)}`}
        error={error}
        autocapitalize="none"
        autocomplete="off"
        maxLength={30}
        required
      />
      <TextField
        label="Title of your broadcast"
        value={title}
        onInput={setTitle}
        placeholder="What is it about?"
        hint="You can change it anytime."
        maxLength={TITLE_MAX}
        autocomplete="off"
      />
      <Button variant="primary" size="l" type="submit" wide busy={busy}>
        Create channel
      </Button>
    </form>
  );
}

function messageOf(failure: RequestError, name: string): string {
  if (failure.code === 'channel_name_taken') {
    return `This name is taken. Try “${nextChannelName(name)}”.`;
  }
  return failure.issueAt('name') ?? failure.message;
}
