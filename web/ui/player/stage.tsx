import type { ComponentChildren } from 'preact';
import { Play, RotateCw } from 'lucide';
import { at } from '../../client/base-path.js';
import type { ViewerState, WatchedChannel } from '../../client/viewer-state.js';
import { assertNever } from '../../../src/protocol/assert-never.js';
import { Avatar } from '../components/avatar.js';
import { Button } from '../components/button.js';
import { Spinner } from '../components/spinner.js';
import { Thumbnail } from '../components/thumbnail.js';
import { ago, wordyDuration } from '../format/duration.js';
import { viewerCount } from '../format/quantity.js';
import { useNow } from '../shell/now.js';
import './stage.css';

export interface StageProps {
  state: ViewerState;
  channel: WatchedChannel;
  /** The channel's name in its address. */
  name: string;
  /** Whether a frame of the stream is visible. */
  hasFrame: boolean;
  /** Whether there is audio but no video. */
  soundOnly: boolean;
  /** Whether the last frame is still shown, dimmed, while no new ones arrive. */
  hasLastFrame: boolean;
  /** Whether the user owns the channel. */
  own: boolean;
  onRetry: () => void;
  /** Starts playback when autoplay is off. */
  onStart: () => void;
}

/** The cover over the player while no frames are arriving. */
export function Stage(props: StageProps) {
  const { state, channel, name, hasLastFrame } = props;
  const waiting = hasLastFrame ? 'Reconnecting' : 'Connecting';
  const picture = channel.thumbnail;
  switch (state.name) {
    case 'playing':
      if (props.soundOnly) return <SoundOnly name={name} owner={channel.owner} />;
      if (props.hasFrame) return null;
      return <Waiting name={name} picture={picture} text={waiting} over={hasLastFrame} />;
    case 'connecting':
      return <Waiting name={name} picture={picture} text={waiting} over={hasLastFrame} />;
    case 'starting':
      return <Waiting name={name} picture={picture} text="The broadcast is starting" />;
    case 'held':
      return <Held {...props} />;
    case 'interrupted':
      return (
        <Interrupted name={name} picture={picture} untilMs={state.untilMs} over={hasLastFrame} />
      );
    case 'not-live':
      return <NotLive {...props} />;
    case 'ended': {
      const { startedAt, endedAt, peakViewers } = state.broadcast;
      const lengthMs = endedAt === null ? null : Date.parse(endedAt) - Date.parse(startedAt);
      return (
        <Still name={name} owner={channel.owner} title="The broadcast has ended">
          <p class="figures">
            {lengthMs !== null && `It lasted ${wordyDuration(lengthMs)}. `}
            Peak: {viewerCount(peakViewers)}.
          </p>
          <Button href={at('/')}>See who else is live</Button>
        </Still>
      );
    }
    case 'gone':
      return (
        <Still name={name} owner={channel.owner} title="This channel no longer exists">
          <p>Its owner deleted it.</p>
          <Button href={at('/')}>See who is live</Button>
        </Still>
      );
    case 'failed':
      return (
        <Still name={name} owner={channel.owner} title="Couldn’t load the video">
          <p>{state.message}</p>
          <Button icon={RotateCw} variant="primary" onClick={props.onRetry}>
            Try again
          </Button>
        </Still>
      );
    default:
      return assertNever(state);
  }
}

interface WaitingProps {
  name: string;
  /** The path of the channel's newest thumbnail. */
  picture: string | null;
  text: string;
  over?: boolean;
}

function Waiting({ name, picture, text, over = false }: WaitingProps) {
  return (
    <div class={over ? 'stage stage-over' : 'stage'}>
      {!over && <Thumbnail name={name} picture={picture} />}
      <div class="stage-waiting">
        <Spinner size={36} />
        <p>{text}</p>
      </div>
    </div>
  );
}

function Held({ name, channel, onStart }: StageProps) {
  return (
    <div class="stage">
      <Thumbnail name={name} picture={channel.thumbnail} />
      <div class="stage-waiting stage-held">
        <Button icon={Play} size="l" variant="primary" onClick={onStart}>
          Play
        </Button>
      </div>
    </div>
  );
}

interface InterruptedProps {
  name: string;
  picture: string | null;
  untilMs: number;
  over: boolean;
}

function Interrupted({ name, picture, untilMs, over }: InterruptedProps) {
  const secondsLeft = Math.max(0, Math.ceil((untilMs - useNow(250)) / 1000));
  return (
    <div class={over ? 'stage stage-over' : 'stage'}>
      {!over && <Thumbnail name={name} picture={picture} />}
      <div class="stage-waiting">
        <Spinner size={36} />
        <h2>The broadcaster is reconnecting</h2>
        <p class="figures">
          {secondsLeft > 0 ? `Waiting up to ${secondsLeft} s` : 'Waiting for an update'}
        </p>
      </div>
    </div>
  );
}

function SoundOnly({ name, owner }: { name: string; owner: string }) {
  return (
    <Still name={name} owner={owner} title="Audio only">
      <p>The camera is off.</p>
    </Still>
  );
}

function NotLive({ channel, name, own }: StageProps) {
  const nowMs = useNow(30_000);
  return (
    <Still name={name} owner={channel.owner} title={`${channel.owner || name} is not live`}>
      <p>
        {channel.lastLiveAt === null
          ? 'This channel has never been live.'
          : `Last live ${ago(Date.parse(channel.lastLiveAt), nowMs)}.`}
        {!own && ' Playback starts when the channel goes live.'}
      </p>
      {own && (
        <Button variant="live" href={at(`/studio?channel=${name}`)}>
          Go live
        </Button>
      )}
    </Still>
  );
}

interface StillProps {
  name: string;
  owner: string;
  title: string;
  children: ComponentChildren;
}

function Still({ name, owner, title, children }: StillProps) {
  return (
    <div class="stage">
      <Thumbnail name={name} />
      <div class="stage-card">
        <Avatar name={owner || name} size={56} />
        <h2>{title}</h2>
        {children}
      </div>
    </div>
  );
}
