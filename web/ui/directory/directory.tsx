import { CloudOff, Radio, SearchX } from 'lucide';
import { at } from '../../client/base-path.js';
import { Button } from '../components/button.js';
import { Icon } from '../components/icon.js';
import { Notice } from '../components/notice.js';
import { Skeleton } from '../components/skeleton.js';
import { Mark } from '../shell/brand.js';
import { useNow } from '../shell/now.js';
import { arrange, type Arrangement } from './arrange.js';
import type { ListState } from './channel-list.js';
import { ChannelRow } from './channel-row.js';
import { LiveCard } from './live-card.js';
import './directory.css';

export interface DirectoryProps {
  state: ListState;
  query: string;
  onRetry: () => void;
  onClearSearch: () => void;
}

/** The live channels, followed by the others. */
export function Directory({ state, query, onRetry, onClearSearch }: DirectoryProps) {
  if (state.name === 'loading') return <DirectorySkeleton />;
  if (state.name === 'failed') {
    return (
      <Notice
        picture={<Icon icon={CloudOff} size={48} />}
        title="Couldn’t load the channels"
        action={<Button onClick={onRetry}>Try again</Button>}
      >
        {state.message}
      </Notice>
    );
  }
  const arrangement = arrange(state.channels, query);
  const nothingFound = arrangement.live.length + arrangement.others.length === 0;
  if (query !== '' && nothingFound) {
    return (
      <Notice
        picture={<Icon icon={SearchX} size={48} />}
        title={`No results for “${query}”`}
        action={<Button onClick={onClearSearch}>Show all channels</Button>}
      >
        Search covers channel names, titles and owners.
      </Notice>
    );
  }
  return (
    <>
      {state.stale && (
        <p class="directory-stale" role="status">
          <Icon icon={CloudOff} size={16} />
          Can’t reach the server. This list may be outdated; it refreshes automatically.
        </p>
      )}
      <Sections arrangement={arrangement} searching={query !== ''} />
    </>
  );
}

function Sections({ arrangement, searching }: { arrangement: Arrangement; searching: boolean }) {
  const { live, others } = arrangement;
  const nowMs = useNow(1000);
  return (
    <>
      {(live.length > 0 || !searching) && (
        <section class="directory-section" aria-labelledby="live-now">
          <h2 class="directory-heading" id="live-now">
            Live now
          </h2>
          {live.length > 0 ? (
            <ul class="directory-cards">
              {live.map((channel) => (
                <li key={channel.name}>
                  <LiveCard channel={channel} nowMs={nowMs} />
                </li>
              ))}
            </ul>
          ) : (
            <NoOneLive />
          )}
        </section>
      )}
      {others.length > 0 && (
        <section class="directory-section" aria-labelledby="channels">
          <h2 class="directory-heading" id="channels">
            Channels
          </h2>
          <ul class="directory-rows">
            {others.map((channel) => (
              <li key={channel.name}>
                <ChannelRow channel={channel} nowMs={nowMs} />
              </li>
            ))}
          </ul>
        </section>
      )}
    </>
  );
}

function NoOneLive() {
  return (
    <div class="directory-empty">
      <Notice
        picture={<Mark size={56} />}
        title="No one is live right now"
        action={
          <Button variant="live" size="l" icon={Radio} href={at('/studio')}>
            Go live
          </Button>
        }
      >
        Start a broadcast from this browser. All you need is a camera and a microphone.
      </Notice>
    </div>
  );
}

function DirectorySkeleton() {
  return (
    <section class="directory-section" aria-busy="true" aria-label="Loading channels">
      <h2 class="directory-heading">Live now</h2>
      <div class="directory-cards">
        {[0, 1, 2, 3].map((index) => (
          <div class="live-card" key={index}>
            <Skeleton class="directory-skeleton-picture" />
            <div class="live-card-words">
              <Skeleton class="directory-skeleton-avatar" />
              <div class="live-card-text">
                <Skeleton class="directory-skeleton-line" />
                <Skeleton class="directory-skeleton-line directory-skeleton-short" />
              </div>
            </div>
          </div>
        ))}
      </div>
    </section>
  );
}
