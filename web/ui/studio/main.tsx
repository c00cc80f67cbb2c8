import { readBoot } from '../../client/boot.js';
import { RequestError } from '../../client/request-error.js';
import { toast } from '../components/toast.js';
import { Header } from '../shell/header.js';
import { loginAddress } from '../shell/next.js';
import { mount, Page } from '../shell/page.js';
import { createStudio, type Studio } from './state/studio.js';
import { StudioPage } from './studio-page.js';

const boot = readBoot();
const { account } = boot;

if (account === null) {
  location.replace(loginAddress(location));
} else {
  const studio = createStudio(account, boot);
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
    await reopenStage(studio);
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

/**
 * Reopens the stage that was open before a reload, where the guests still are. Asks before taking
 * it from another tab.
 */
async function reopenStage(studio: Studio): Promise<void> {
  const channel = studio.channels.chosen.value?.name;
  const before = channel === undefined ? 'no' : studio.stage.takeBefore(channel);
  if (channel === undefined || before === 'no') return;
  if (before === 'left') {
    await openStage(studio, channel);
    return;
  }
  toast({
    text: 'The stage was open in this tab, or is still open in another one.',
    sticky: true,
    action: { label: 'Open it here', onSelect: () => void openStage(studio, channel) },
  });
}

async function openStage(studio: Studio, channel: string): Promise<void> {
  try {
    await studio.stage.open(channel, null);
  } catch {
    toast({
      text: 'Couldn’t reopen the stage. Your guests will wait there for a minute.',
      tone: 'danger',
      sticky: true,
      action: { label: 'Try again', onSelect: () => void openStage(studio, channel) },
    });
  }
}
