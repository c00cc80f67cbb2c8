import { pathWithin } from '../../client/base-path.js';
import { readBoot } from '../../client/boot.js';
import { openViewer } from '../player/open-viewer.js';
import { untilReceiving } from '../player/until-receiving.js';
import { mount } from '../shell/page.js';
import { firstFrame } from './first-frame.js';
import { LateChat } from './late-chat.js';
import { WatchPage } from './watch-page.js';

// The first frame has priority, so the page connects first, then renders, and then loads the chat.
const boot = readBoot();
const name = boot.channel?.name ?? pathWithin(location.pathname).slice(1).toLowerCase();

if (boot.locked === null) void watch();
else
  void import('../locked/show-locked.js').then(({ showLocked }) => showLocked(name, boot.account));

async function watch(): Promise<void> {
  const { connection, clock, viewer, muted } = openViewer(name);
  if (boot.channel?.broadcast) await untilReceiving(viewer);
  const chat = new LateChat(connection, name, boot);
  mount(
    <WatchPage
      name={name}
      account={boot.account}
      viewer={viewer}
      clock={clock}
      connection={connection}
      rewindMs={boot.rewindMs}
      muted={muted}
      Chat={chat.View}
      Floats={chat.Floats}
      ReactionButton={chat.Reacting}
    />,
  );
  // Loading and rendering the chat at the same time would delay the first frame by a sixth.
  if (boot.channel?.broadcast) void firstFrame().then(() => chat.load());
  else void chat.load();
}
