import type { ComponentType } from 'preact';
import { useEffect, useMemo, useState } from 'preact/hooks';
import { LogOut, Plus } from 'lucide';
import type { AccountView } from '../../../src/protocol/account.js';
import { Avatar } from '../components/avatar.js';
import { Button } from '../components/button.js';
import { Card } from '../components/card.js';
import { Notice } from '../components/notice.js';
import { Skeleton } from '../components/skeleton.js';
import { Tabs } from '../components/tabs.js';
import { toast } from '../components/toast.js';
import { logOut } from '../shell/log-out.js';
import { LateSection } from '../components/late-section.js';
import { NewChannelForm } from './new-channel.js';
import { OwnChannel } from './own-channel.js';
import { OwnChannels } from './own-channels.js';
import { providerProblem } from './provider-problem.js';
import './account.css';

const joined = new Intl.DateTimeFormat('en', { year: 'numeric', month: 'long' });

const SECTIONS = [
  'channels',
  'recordings',
  'profile',
  'security',
  'devices',
  'activity',
  'tokens',
  'webhooks',
  'data',
] as const;
type Section = (typeof SECTIONS)[number];

const load = {
  recordings: async () => (await import('./recordings-section.js')).default,
  profile: async () => (await import('./profile-section.js')).default,
  security: async () => (await import('./security-section.js')).default,
  devices: async () => (await import('./sessions-section.js')).default,
  activity: async () => (await import('./events-section.js')).default,
  tokens: async () => (await import('./tokens-section.js')).default,
  webhooks: async () => (await import('./webhooks-section.js')).default,
  data: async () => (await import('./data-section.js')).default,
};

/** Returns the section named in the URL's fragment; by default, the channels section. */
function sectionOf(hash: string): Section {
  return SECTIONS.find((section) => `#${section}` === hash) ?? 'channels';
}

/** The account page: profile header, settings by section, and logout. */
export function Account({ account: before }: { account: AccountView }) {
  const [account, setAccount] = useState(before);
  const [section, setSection] = useState(() => sectionOf(location.hash));
  const { username, isAdmin } = account;
  const own = useMemo(() => new OwnChannels(username), [username]);
  useEffect(() => {
    const follow = (): void => setSection(sectionOf(location.hash));
    addEventListener('hashchange', follow);
    return () => removeEventListener('hashchange', follow);
  }, []);
  useEffect(() => showProblem(new URLSearchParams(location.search).get('problem')), []);
  const late = <P extends object>(
    id: Section,
    label: string,
    content: { load: () => Promise<ComponentType<P>>; props: P },
  ) => ({
    id,
    label,
    content: (
      <div class="account-section">
        <LateSection {...content} shown={section === id} />
      </div>
    ),
  });
  return (
    <div class="account">
      <div class="account-head">
        <Avatar name={username} size={56} picture={account.avatar} />
        <div class="account-who">
          <h1>{account.displayName}</h1>
          <p class="muted">
            {account.displayName === username ? '' : `${username} · `}
            Member since {joined.format(new Date(account.createdAt))}
          </p>
        </div>
        <Button icon={LogOut} onClick={() => void logOut()}>
          Log out
        </Button>
      </div>
      <Tabs
        label="Your account"
        selected={section}
        onSelect={(id) => {
          history.replaceState(null, '', `#${id}`);
          setSection(id);
        }}
        tabs={[
          {
            id: 'channels',
            label: 'Channels',
            content: (
              <div class="account-section">
                <Channels own={own} username={username} />
              </div>
            ),
          },
          late('recordings', 'Recordings', { load: load.recordings, props: { username } }),
          late('profile', 'Profile', {
            load: load.profile,
            props: { account, onChange: setAccount },
          }),
          late('security', 'Security', { load: load.security, props: {} }),
          late('devices', 'Sessions', { load: load.devices, props: {} }),
          late('activity', 'Activity', { load: load.activity, props: {} }),
          late('tokens', 'API tokens', { load: load.tokens, props: { isAdmin } }),
          late('webhooks', 'Webhooks', { load: load.webhooks, props: { username } }),
          late('data', 'Your data', { load: load.data, props: { username } }),
        ]}
      />
    </div>
  );
}

/** Shows the error with which the provider redirected back. */
function showProblem(problem: string | null): void {
  if (problem !== null) toast({ text: providerProblem(problem), tone: 'danger', sticky: true });
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
          title="Couldn’t load your channels"
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
        <p class="account-lead muted">A channel is where you go live. It has its own URL.</p>
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
