import { MicOff, ScreenShare } from 'lucide';
import { Badge } from '../components/badge.js';
import { Icon } from '../components/icon.js';
import { Spinner } from '../components/spinner.js';
import { FloatingEmoji } from '../player/floating-emoji.js';
import { Announcer } from './announcer.js';
import { Dock } from './dock/dock.js';
import { FirstChannel } from './ready/first-channel.js';
import { LiveSide } from './live/live-side.js';
import type { Phase } from './state/on-air.js';
import { ProgramSide } from './programs/program-side.js';
import { ProgramStage } from './programs/program-stage.js';
import { ReadyPanel } from './ready/ready-panel.js';
import { Reconnecting } from './live/reconnecting.js';
import { ResumePanel } from './ready/resume-panel.js';
import { MutedHint, StageCover } from './stage-cover.js';
import { Stage } from './stage.js';
import { StudioBar } from './live/studio-bar.js';
import type { Studio } from './state/studio.js';
import { Summary } from './live/summary.js';
import { useLeaveGuard } from './live/use-leave-guard.js';
import { useOnAirPage } from './live/use-on-air-page.js';
import { useShortcuts } from './use-shortcuts.js';
import './studio-page.css';

/** The studio page. */
export function StudioPage({ studio }: { studio: Studio }) {
  const phase = studio.onAir.phase.value;
  useShortcuts(studio.capture);
  useLeaveGuard(studio.onAir.busy);
  useOnAirPage(phase.name === 'live' || phase.name === 'reconnecting');
  return (
    <>
      <Announcer phase={phase} muted={studio.capture.sound.muted.value} />
      {phase.name === 'ended' ? (
        <Summary summary={phase.summary} studio={studio} />
      ) : (
        <div class={`studio studio-${phase.name}`}>
          <section class="studio-main" aria-label="Preview and controls">
            <StudioBar studio={studio} phase={phase} />
            <StudioStage studio={studio} phase={phase} />
            <Dock
              capture={studio.capture}
              channels={studio.channels}
              onAir={studio.onAir}
              fromProgram={isFromProgram(phase)}
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
  if (channel !== null && isFromProgram(phase)) return <ProgramStage channel={channel} />;
  const sharing = capture.screen.state.value.name === 'on';
  const reconnecting = phase.name === 'reconnecting';
  const chat = studio.chat.current.value;
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

/** Returns whether an encoder such as OBS is live instead of this page. */
function isFromProgram(phase: Phase): boolean {
  if (phase.name !== 'resumable') return false;
  return phase.broadcast.source === 'whip' && phase.broadcast.state === 'live';
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
      if (isFromProgram(phase))
        return <ProgramSide studio={studio} broadcastId={phase.broadcast.id} />;
      return <ResumePanel studio={studio} broadcast={phase.broadcast} />;
    case 'live':
    case 'reconnecting':
      return <LiveSide studio={studio} broadcastId={phase.broadcast.id} />;
    default:
      return <ReadyPanel studio={studio} starting={phase.name === 'starting'} />;
  }
}
