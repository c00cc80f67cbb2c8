import { readBoot } from '../../client/boot.js';
import { ServerClock } from '../../client/clock.js';
import { Connection } from '../../client/connection.js';
import { Viewer } from '../../client/viewer.js';
import { onClosed } from '../shell/on-closed.js';
import { ladderRules, readPlayerOptions } from './player-options.js';

/**
 * Starts watching a channel, with the options from the page's address. The viewer's state shows the
 * result.
 */
export function openViewer(name: string) {
  const boot = readBoot();
  const connection = new Connection();
  const clock = new ServerClock(connection);
  const { mode, muted, autoplay } = readPlayerOptions(location.search);
  const rules = ladderRules(mode);
  const viewer = new Viewer({ connection, clock, channel: name, boot, rules, held: !autoplay });
  onClosed(connection, name);
  return { connection, clock, viewer, muted };
}
