import type { ComponentChildren } from 'preact';
import { CircleAlert, Film } from 'lucide';
import type { AccountView } from '../../../src/protocol/account.js';
import { at, pathWithin } from '../../client/base-path.js';
import { readBoot } from '../../client/boot.js';
import { recordingApi } from '../../client/recording-api.js';
import { Button } from '../components/button.js';
import { Icon } from '../components/icon.js';
import { Notice } from '../components/notice.js';
import { Spinner } from '../components/spinner.js';
import { Header } from '../shell/header.js';
import { mount, Page } from '../shell/page.js';
import { ClipPage } from './clip-page.js';
import { RecordingPage } from './recording-page.js';
import { Viewed } from './recording-state.js';

const boot = readBoot();
const { account } = boot;
const [, kind, id = ''] = pathWithin(location.pathname).split('/');

if (boot.locked !== null) {
  const name = boot.locked;
  void import('../locked/show-locked.js').then(({ showLocked }) => showLocked(name, account));
} else if (kind === 'clips') {
  const viewed = new Viewed(
    () => recordingApi.clip(id),
    () => true,
  );
  mount(
    <Shown viewed={viewed} account={account} what="clip">
      {(clip) => <ClipPage viewed={viewed} clip={clip} account={account} />}
    </Shown>,
  );
} else {
  const viewed = new Viewed(
    () => recordingApi.recording(id),
    ({ state }) => state === 'ready' || state === 'failed',
  );
  mount(
    <Shown viewed={viewed} account={account} what="recording">
      {(recording) => <RecordingPage viewed={viewed} recording={recording} account={account} />}
    </Shown>,
  );
}

interface ShownProps<T> {
  viewed: Viewed<T>;
  account: AccountView | null;
  what: 'recording' | 'clip';
  children: (view: T) => ComponentChildren;
}

/** The loaded page, or the reason why it is unavailable. */
function Shown<T>({ viewed, account: who, what, children }: ShownProps<T>) {
  const state = viewed.state.value;
  if (state.name === 'there') return <>{children(state.view)}</>;
  return (
    <Page header={<Header account={who} />} width="card">
      {state.name === 'loading' && <Spinner size={32} label="Loading" />}
      {state.name === 'not-found' && (
        <Notice
          picture={<Icon icon={Film} size={40} />}
          title={`Couldn’t find this ${what}`}
          action={<Button href={at('/')}>Go to the home page</Button>}
        >
          It was deleted, or you don’t have access. Try logging in.
        </Notice>
      )}
      {state.name === 'deleted' && (
        <Notice
          picture={<Icon icon={Film} size={40} />}
          title={`This ${what} was deleted`}
          action={<Button href={at('/')}>Go to the home page</Button>}
        />
      )}
      {state.name === 'failed' && (
        <Notice
          picture={<Icon icon={CircleAlert} size={40} />}
          title="Couldn’t load this page"
          action={<Button onClick={() => void viewed.load()}>Try again</Button>}
        >
          {state.message}
        </Notice>
      )}
    </Page>
  );
}
