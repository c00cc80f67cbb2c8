import { pathWithin } from '../../client/base-path.js';
import { readBoot } from '../../client/boot.js';
import { openViewer } from '../player/open-viewer.js';
import { untilReceiving } from '../player/until-receiving.js';
import { mount } from '../shell/page.js';
import { EmbedPage } from './embed-page.js';

const boot = readBoot();
const name =
  boot.channel?.name ?? (pathWithin(location.pathname).split('/')[2] ?? '').toLowerCase();

if (boot.locked === null) void watch();
else void import('../locked/show-locked.js').then(({ showLockedEmbed }) => showLockedEmbed(name));

async function watch(): Promise<void> {
  const { connection, viewer, muted } = openViewer(name);
  if (boot.channel?.broadcast) await untilReceiving(viewer);
  mount(
    <EmbedPage
      name={name}
      viewer={viewer}
      connection={connection}
      rewindMs={boot.rewindMs}
      muted={muted}
    />,
  );
}
