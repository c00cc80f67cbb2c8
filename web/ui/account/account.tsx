import { useMemo, useState } from 'preact/hooks';
import { LogOut, Plus } from 'lucide';
import type { AccountView } from '../../../src/protocol/account.js';
import { Avatar } from '../components/avatar.js';
import { Button } from '../components/button.js';
import { Card } from '../components/card.js';
import { Notice } from '../components/notice.js';
import { Skeleton } from '../components/skeleton.js';
import { toast } from '../components/toast.js';
import { logOut } from '../shell/log-out.js';
import { NewChannelForm } from './new-channel.js';
import { OwnChannel } from './own-channel.js';
import { OwnChannels } from './own-channels.js';
import './account.css';

const joined = new Intl.DateTimeFormat('en', { year: 'numeric', month: 'long' });

/** Who one is, one's channels, and the way out. */
export function Account({ account }: { account: AccountView }) {
  const own = useMemo(() => new OwnChannels(account.username), [account.username]);
  return (
    <div class="account">
      <div class="account-head">
        <Avatar name={account.username} size={56} />
        <div class="account-who">
          <h1>{account.username}</h1>
          <p class="muted">Member since {joined.format(new Date(account.createdAt))}</p>
        </div>
        <Button icon={LogOut} onClick={() => void logOut()}>
          Log out
        </Button>
      </div>
      <Channels own={own} username={account.username} />
    </div>
  );
}

function Channels({ own, username }: { own: OwnChannels; username: string }) {
  const [adding, setAdding] = useState(false);
  const state = own.state.value;
  const first = state.name === 'loaded' && state.channels.length === 0;
  return (
    <Card>
      <div class="account-channels-head">
        <h2>Your channels</h2>
        {state.name === 'loaded' && !first && !adding && (
          <Button icon={Plus} onClick={() => setAdding(true)}>
            New channel
          </Button>
        )}
      </div>
      {state.name === 'loading' && <Skeleton class="account-channels-skeleton" />}
      {state.name === 'failed' && (
        <Notice
          title="Your channels could not be loaded"
          action={<Button onClick={() => void own.load()}>Try again</Button>}
        >
          {state.message}
        </Notice>
      )}
      {state.name === 'loaded' && (
        <ul class="account-channels">
          {state.channels.map((channel) => (
            <OwnChannel
              key={channel.name}
              channel={channel}
              onRename={(title) => own.rename(channel.name, title)}
              onDelete={() => own.delete(channel.name)}
            />
          ))}
        </ul>
      )}
      {first && (
        <p class="account-lead muted">
          A channel is where you go live. It has an address of its own.
        </p>
      )}
      {(first || adding) && (
        <NewChannelForm
          suggestion={first ? username.replaceAll('_', '-') : ''}
          onCreate={async (name, title) => {
            await own.create(name, title);
            setAdding(false);
            toast({ text: 'Your channel is ready. Go live whenever you like.', tone: 'good' });
          }}
          {...(adding && { onCancel: () => setAdding(false) })}
        />
      )}
    </Card>
  );
}
