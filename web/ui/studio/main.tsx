import { readBoot } from '../../client/boot.js';
import { RequestError } from '../../client/request-error.js';
import { toast } from '../components/toast.js';
import { Header } from '../shell/header.js';
import { loginAddress } from '../shell/next.js';
import { mount, Page } from '../shell/page.js';
import { createStudio, type Studio } from './state/studio.js';
import { StudioPage } from './studio-page.js';

const { account, graceMs } = readBoot();

if (account === null) {
  location.replace(loginAddress(location));
} else {
  const studio = createStudio(account, graceMs);
  mount(
    <Page header={<Header account={account} search={false} goLive={false} />}>
      <StudioPage studio={studio} />
    </Page>,
  );
  void studio.capture.open();
  void loadChannels(studio);
  // Some browsers start audio only after a click or key press.
  for (const type of ['pointerdown', 'keydown'] as const) {
    document.addEventListener(type, () => void studio.capture.wake(), { once: true });
  }
}

async function loadChannels(studio: Studio): Promise<void> {
  try {
    await studio.channels.load(new URLSearchParams(location.search).get('channel'));
  } catch (error) {
    if (!(error instanceof RequestError)) throw error;
    toast({
      text: `Couldn’t load your channels. ${error.message}`,
      tone: 'danger',
      sticky: true,
      action: { label: 'Try again', onSelect: () => void loadChannels(studio) },
    });
  }
}
