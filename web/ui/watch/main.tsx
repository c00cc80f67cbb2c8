import { readBoot } from '../../client/boot.js';
import { ServerClock } from '../../client/clock.js';
import { Connection } from '../../client/connection.js';
import { Viewer } from '../../client/viewer.js';
import { ladderRules, readPlayerOptions } from '../player/player-options.js';
import { onClosed } from '../shell/on-closed.js';
import { mount } from '../shell/page.js';
import { firstFrame } from './first-frame.js';
import { LateChat } from './late-chat.js';
import { WatchPage } from './watch-page.js';

// The way to the first frame comes first: connect, then draw, then load the chat.
const boot = readBoot();
const name = boot.channel?.name ?? location.pathname.slice(1).toLowerCase();

if (boot.locked === null) watch();
else
  void import('../locked/show-locked.js').then(({ showLocked }) => showLocked(name, boot.account));

function watch(): void {
  const connection = new Connection();
  const clock = new ServerClock(connection);
  const { mode, muted, autoplay } = readPlayerOptions(location.search);
  const rules = ladderRules(mode);
  const viewer = new Viewer({ connection, clock, channel: name, boot, rules, held: !autoplay });
  const chat = new LateChat(connection, name, boot);
  onClosed(connection, name);
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
    />,
  );
  // Loading and drawing the chat meanwhile would put the first frame off by a sixth.
  if (boot.channel?.broadcast) void firstFrame().then(() => chat.load());
  else void chat.load();
}
