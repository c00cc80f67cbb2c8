import { at } from '../../client/base-path.js';
import { adminApi } from '../../client/admin-api.js';
import { whenLabel } from '../account/when-label.js';
import { Badge, LiveBadge } from '../components/badge.js';
import { SearchList } from './search-list.js';

const VISIBILITY = {
  public: null,
  unlisted: 'Unlisted',
  password: 'Password',
  private: 'Private',
} as const;

/** Lists all channels. */
export function Channels() {
  return (
    <SearchList title="Channels" empty="No matching channels." load={adminApi.channels}>
      {(channel) => (
        <li key={channel.name} class="row">
          <div class="row-text">
            <h3>
              <a href={at(`/${channel.name}`)}>{channel.title || channel.name}</a>{' '}
              {channel.isLive && <LiveBadge size="s" />}{' '}
              {VISIBILITY[channel.visibility] !== null && (
                <Badge>{VISIBILITY[channel.visibility]}</Badge>
              )}
            </h3>
            <p class="muted">
              /{channel.name} · by {channel.owner} · {channel.messages} messages · last live{' '}
              {whenLabel(channel.lastLiveAt)}
            </p>
          </div>
        </li>
      )}
    </SearchList>
  );
}
