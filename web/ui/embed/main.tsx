import { readBoot } from '../../client/boot.js';
import { ServerClock } from '../../client/clock.js';
import { Connection } from '../../client/connection.js';
import { Viewer } from '../../client/viewer.js';
import { ladderRules, readPlayerOptions } from '../player/player-options.js';
import { onClosed } from '../shell/on-closed.js';
import { mount } from '../shell/page.js';
import { EmbedPage } from './embed-page.js';

const boot = readBoot();
const name = boot.channel?.name ?? (location.pathname.split('/')[2] ?? '').toLowerCase();

if (boot.locked === null) watch();
else void import('../locked/show-locked.js').then(({ showLockedEmbed }) => showLockedEmbed(name));

function watch(): void {
  const connection = new Connection();
  const clock = new ServerClock(connection);
  const { mode, muted, autoplay } = readPlayerOptions(location.search);
  const rules = ladderRules(mode);
  const viewer = new Viewer({ connection, clock, channel: name, boot, rules, held: !autoplay });
  onClosed(connection, name);
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
