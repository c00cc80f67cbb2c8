import { MicOff, ScreenShare } from 'lucide';
import { Badge } from '../components/badge.js';
import { Icon } from '../components/icon.js';
import { Spinner } from '../components/spinner.js';
import { FloatingEmoji } from '../player/floating-emoji.js';
import { Announcer } from './announcer.js';
import { Dock } from './dock/dock.js';
import { FirstChannel } from './ready/first-channel.js';
import { LiveSide } from './live/live-side.js';
import { MixedSide } from './live/mixed-side.js';
import type { Phase } from './state/on-air.js';
import { ProgramSide } from './programs/program-side.js';
import { ProgramStage } from './programs/program-stage.js';
import { ReadySide } from './ready/ready-side.js';
import { Reconnecting } from './live/reconnecting.js';
import { ResumePanel } from './ready/resume-panel.js';
import { MutedHint, StageCover } from './stage-cover.js';
import { Stage } from './stage.js';
import { StudioBar } from './live/studio-bar.js';
import type { Studio } from './state/studio.js';
import { Summary } from './live/summary.js';
import { useLeaveGuard } from '../shell/use-leave-guard.js';
import { useOnAirPage } from './live/use-on-air-page.js';
import { useShortcuts } from './use-shortcuts.js';
import './studio-page.css';

/** The studio page. */
export function StudioPage({ studio }: { studio: Studio }) {
  const phase = studio.onAir.phase.value;
  const stage = studio.stage.current.value;
  useShortcuts(studio.capture);
  useLeaveGuard(studio.onAir.busy);
  useOnAirPage(phase.name === 'live' || phase.name === 'reconnecting');
  return (
    <>
      <Announcer phase={phase} muted={studio.capture.sound.muted.value} />
      {phase.name === 'ended' ? (
        <Summary summary={phase.summary} studio={studio} />
      ) : (
        <div class={`studio studio-${phase.name}${stage ? ' studio-with-guests' : ''}`}>
          <section class="studio-main" aria-label="Preview and controls">
            <StudioBar studio={studio} phase={phase} />
            <StudioStage studio={studio} phase={phase} />
            {stage && programOf(phase) === null && (
              <stage.parts.ScenesBar host={stage.host} chat={studio.chat.current.value} />
            )}
            <Dock
              capture={studio.capture}
              channels={studio.channels}
              onAir={studio.onAir}
              fromProgram={programOf(phase) !== null}
              mixed={stage !== null}
            />
          </section>
          <aside class="studio-side" aria-label="Broadcast">
            <Side studio={studio} phase={phase} />
          </aside>
        </div>
      )}
    </>
  );
}

function StudioStage({ studio, phase }: { studio: Studio; phase: Phase }) {
  const { capture, channels, account } = studio;
  const channel = channels.chosen.value;
  const program = programOf(phase);
  if (channel !== null && program !== null)
    return <ProgramStage channel={channel} source={program} />;
  const sharing = capture.screen.state.value.name === 'on';
  const reconnecting = phase.name === 'reconnecting';
  const chat = studio.chat.current.value;
  const stage = studio.stage.current.value;
  const mixed = isMixedByServer(phase);
  if (channel !== null && mixed && !stage) return <ProgramStage channel={channel} source="mixer" />;
  if (stage)
    return (
      <stage.parts.ProgrammeStage
        host={stage.host}
        isLive={phase.name === 'live' || mixed}
        dimmed={reconnecting}
      >
        {reconnecting && <Reconnecting untilMs={phase.untilMs} />}
        <MutedHint capture={capture} />
        {phase.name === 'live' && chat && <FloatingEmoji chat={chat} />}
      </stage.parts.ProgrammeStage>
    );
  return (
    <Stage
      capture={capture}
      dimmed={reconnecting}
      chips={
        <>
          {phase.name !== 'live' && !reconnecting && <Badge>Preview</Badge>}
          {sharing && (
            <span class="stage-chip">
              <Icon icon={ScreenShare} size={14} />
              Sharing your screen
            </span>
          )}
          {capture.sound.muted.value && (
            <span class="stage-chip">
              <Icon icon={MicOff} size={14} />
              Muted
            </span>
          )}
        </>
      }
    >
      {reconnecting ? (
        <Reconnecting untilMs={phase.untilMs} />
      ) : (
        <StageCover capture={capture} name={channel?.name ?? account.username} />
      )}
      <MutedHint capture={capture} />
      {phase.name === 'live' && chat && <FloatingEmoji chat={chat} />}
    </Stage>
  );
}

/**
 * Returns the protocol with which an encoder such as OBS publishes instead of this page; null if
 * none does.
 */
function programOf(phase: Phase): 'whip' | 'rtmp' | 'srt' | null {
  if (phase.name !== 'resumable' || phase.broadcast.state !== 'live') return null;
  const { source } = phase.broadcast;
  return source === 'browser' || source === 'mixer' ? null : source;
}

/** Returns whether the server mixes the live broadcast instead of this page. */
function isMixedByServer(phase: Phase): boolean {
  if (phase.name !== 'resumable') return false;
  return phase.broadcast.source === 'mixer' && phase.broadcast.state === 'live';
}

function Side({ studio, phase }: { studio: Studio; phase: Phase }) {
  const { channels, account } = studio;
  if (channels.all.value === null) {
    return (
      <div class="panel panel-waiting">
        <Spinner label="Loading your channels" size={28} />
      </div>
    );
  }
  if (channels.chosen.value === null) {
    return <FirstChannel channels={channels} username={account.username} />;
  }
  switch (phase.name) {
    case 'resumable':
      if (programOf(phase) !== null)
        return <ProgramSide studio={studio} broadcastId={phase.broadcast.id} />;
      if (isMixedByServer(phase))
        return <MixedSide studio={studio} broadcastId={phase.broadcast.id} />;
      return <ResumePanel studio={studio} broadcast={phase.broadcast} />;
    case 'live':
    case 'reconnecting':
      return <LiveSide studio={studio} broadcastId={phase.broadcast.id} />;
    default:
      return <ReadySide studio={studio} starting={phase.name === 'starting'} />;
  }
}
