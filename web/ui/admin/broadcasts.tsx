import { at } from '../../client/base-path.js';
import { adminApi } from '../../client/admin-api.js';
import { attempt } from '../account/attempt.js';
import { WhenLoaded } from '../account/loaded.js';
import { useLoaded } from '../account/use-loaded.js';
import { whenLabel } from '../account/when-label.js';
import { LiveBadge } from '../components/badge.js';
import { Button } from '../components/button.js';
import { Card } from '../components/card.js';
import { confirm } from '../components/confirm.js';

/** Lists all live broadcasts, regardless of their visibility. */
export function Broadcasts() {
  const [state, reload] = useLoaded(adminApi.broadcasts);
  async function end(channel: string): Promise<void> {
    const goAhead = await confirm({
      title: `End the broadcast on ${channel}?`,
      text: 'Viewers see that the broadcast has ended. The broadcaster can go live again unless you disable the account.',
      action: 'End broadcast',
      danger: true,
    });
    if (!goAhead) return;
    await attempt(() => adminApi.endBroadcast(channel), `The broadcast on ${channel} has ended.`);
    await reload();
  }
  return (
    <Card>
      <div class="section-head">
        <h2>Live now</h2>
        <Button onClick={() => void reload()}>Refresh</Button>
      </div>
      <WhenLoaded state={state} onRetry={() => void reload()}>
        {(broadcasts) => (
          <>
            {broadcasts.length === 0 && <p class="section-lead muted">No one is live right now.</p>}
            <ul class="rows">
              {broadcasts.map(({ channel, title, broadcast, viewers }) => (
                <li key={channel} class="row">
                  <div class="row-text">
                    <h3>
                      <a href={at(`/${channel}`)}>{title || channel}</a> <LiveBadge size="s" />
                    </h3>
                    <p class="muted">
                      /{channel} · {viewers} watching · since {whenLabel(broadcast.startedAt)}
                    </p>
                  </div>
                  <Button size="s" variant="danger" onClick={() => void end(channel)}>
                    End broadcast
                  </Button>
                </li>
              ))}
            </ul>
          </>
        )}
      </WhenLoaded>
    </Card>
  );
}
