import { readBoot } from '../../client/boot.js';
import { ServerClock } from '../../client/clock.js';
import { Connection } from '../../client/connection.js';
import { Viewer } from '../../client/viewer.js';
import { ladderRules, readPlayerOptions } from '../player/player-options.js';
import { mount } from '../shell/page.js';
import { EmbedPage } from './embed-page.js';

const boot = readBoot();
const name = boot.channel?.name ?? (location.pathname.split('/')[2] ?? '').toLowerCase();
const connection = new Connection();
const clock = new ServerClock(connection);
const { mode, muted, autoplay } = readPlayerOptions(location.search);
const viewer = new Viewer({
  connection,
  clock,
  channel: name,
  boot,
  rules: ladderRules(mode),
  held: !autoplay,
});

mount(
  <EmbedPage
    name={name}
    viewer={viewer}
    connection={connection}
    rewindMs={boot.rewindMs}
    muted={muted}
  />,
);
