import { Eye } from 'lucide';
import { Avatar } from '../../components/avatar.js';
import { Badge, LiveBadge } from '../../components/badge.js';
import { Icon } from '../../components/icon.js';
import { Tooltip } from '../../components/tooltip.js';
import { clockTime } from '../../format/duration.js';
import { count, viewerCount } from '../../format/quantity.js';
import { EndBroadcast } from './end-broadcast.js';
import type { Phase } from '../state/on-air.js';
import type { Studio } from '../state/studio.js';
import { TitleEditor } from './title-editor.js';
import { useNow } from '../../shell/now.js';
import { VerdictWord } from '../health/verdict.js';
import './studio-bar.css';

/** The bar above the preview: title, duration, viewers, and the button that ends the broadcast. */
export function StudioBar({ studio, phase }: { studio: Studio; phase: Phase }) {
  const channel = studio.channels.chosen.value;
  const name = channel?.name ?? studio.account.username;
  const live = phase.name === 'live' || phase.name === 'reconnecting';
  return (
    <div class="studio-bar">
      <Avatar name={name} live={phase.name === 'live'} />
      <div class="studio-bar-text">
        {live ? (
          <TitleEditor channels={studio.channels} />
        ) : (
          <h1 class="title-text">{channel?.title || (channel ? name : 'Studio')}</h1>
        )}
        <span class="studio-bar-channel muted">{channel ? name : 'Welcome to Onair'}</span>
      </div>
      {live ? (
        <OnAirStatus studio={studio} phase={phase} />
      ) : (
        <OffAirStatus studio={studio} phase={phase} />
      )}
    </div>
  );
}

function OffAirStatus({ studio, phase }: { studio: Studio; phase: Phase }) {
  if (phase.name !== 'resumable') return <Badge>Not live</Badge>;
  const { state, source, startedAt } = phase.broadcast;
  if (state === 'live' && source !== 'browser')
    return (
      <div class="studio-bar-status">
        <LiveBadge />
        <TimeOnAir startedAt={startedAt} />
        <Viewers viewers={studio.channels.chosen.value?.viewers ?? 0} />
        <EndBroadcast studio={studio} />
      </div>
    );
  if (state === 'live') return <LiveBadge />;
  return <Badge tone="warn">Interrupted</Badge>;
}

type OnAirPhase = Extract<Phase, { name: 'live' | 'reconnecting' }>;

function OnAirStatus({ studio, phase }: { studio: Studio; phase: OnAirPhase }) {
  const live = phase.name === 'live';
  const health = live ? studio.publisher.health.value : null;
  return (
    <div class="studio-bar-status">
      {health && (
        <span class="studio-bar-verdict">
          <VerdictWord verdict={health.verdict} />
        </span>
      )}
      {live ? <LiveBadge /> : <Badge tone="warn">Reconnecting</Badge>}
      <TimeOnAir startedAt={phase.broadcast.startedAt} />
      <Viewers viewers={studio.publisher.viewers.value} />
      <EndBroadcast studio={studio} />
    </div>
  );
}

function TimeOnAir({ startedAt }: { startedAt: string }) {
  const nowMs = useNow(1_000);
  return (
    <span class="figures" role="timer" aria-label="Time on air">
      {clockTime(nowMs - Date.parse(startedAt))}
    </span>
  );
}

function Viewers({ viewers }: { viewers: number }) {
  return (
    <Tooltip text={viewerCount(viewers)} side="bottom">
      <span class="studio-bar-viewers figures">
        <Icon icon={Eye} size={16} />
        <span aria-hidden="true">{count(viewers)}</span>
        <span class="visually-hidden">{viewerCount(viewers)}</span>
      </span>
    </Tooltip>
  );
}
