import { at } from '../../client/base-path.js';
import type { WatchedChannel } from '../../client/viewer-state.js';
import { LatePast } from './late-past.js';
import './about.css';

/** The channel's address and its past broadcasts. */
export function About({ name, channel }: { name: string; channel: WatchedChannel }) {
  const { broadcast } = channel;
  const ended = broadcast?.state === 'ended';
  return (
    <section class="about" aria-label="About">
      <h2>About</h2>
      <p class="muted">
        {channel.title && `${channel.title}. `}A channel by {channel.owner || name}, at{' '}
        {location.host}
        {at('/')}
        <wbr />
        {name}.
      </p>
      <LatePast channel={name} live={broadcast !== null && !ended} ended={ended} />
    </section>
  );
}
