import { CameraOff, Lock, MicOff, Video } from 'lucide';
import type { ComponentChildren } from 'preact';
import { assertNever } from '../../../src/protocol/assert-never.js';
import type { Capture } from '../../client/capture/capture.js';
import { type CaptureProblem, jointMessage } from '../../client/capture/capture-problem.js';
import { Avatar } from '../components/avatar.js';
import { Button } from '../components/button.js';
import { Icon } from '../components/icon.js';
import { Spinner } from '../components/spinner.js';
import './stage-cover.css';

/**
 * The cover in place of a missing video: a permission prompt, a problem, or the channel's avatar.
 */
export function StageCover({
  capture,
  name,
  audience = 'Viewers',
}: {
  capture: Capture;
  name: string;
  /** The people who can't see this camera. */
  audience?: string;
}) {
  if (capture.picture.track.value !== null) return null;
  const isHeard = capture.sound.track.value !== null && !capture.sound.silent.value;
  const camera = capture.camera.state.value;
  switch (camera.name) {
    case 'asking':
      return <Asking />;
    case 'failed':
      return <Problem capture={capture} problem={camera.problem} />;
    case 'off':
    case 'on':
      return (
        <div class="stage-cover">
          <Avatar name={name} size={72} />
          <h2>Your camera is off</h2>
          <p>
            {isHeard
              ? `${audience} can hear you but not see you.`
              : `${audience} can neither see nor hear you.`}
          </p>
        </div>
      );
    default:
      return assertNever(camera);
  }
}

function Asking() {
  return (
    <div class="stage-cover">
      <Spinner size={28} />
      <h2>Allow your camera and microphone</h2>
      <p>Answer your browser’s prompt, usually near the address bar. Only you see the preview.</p>
    </div>
  );
}

function Problem({ capture, problem }: { capture: Capture; problem: CaptureProblem }) {
  const microphone = capture.microphone.state.value;
  // If both failed for the same reason, only one problem is shown.
  const both = microphone.name === 'failed' && microphone.problem.kind === problem.kind;
  const insecure = problem.kind === 'insecure';
  return (
    <Cover
      icon={<Icon icon={insecure ? Lock : CameraOff} size={24} />}
      title={titleOf(problem, both)}
      text={both ? jointMessage(problem.kind) : problem.message}
    >
      {problem.retriable && (
        <Button
          variant="primary"
          icon={Video}
          onClick={() => void (both ? capture.open() : capture.camera.open())}
        >
          Try again
        </Button>
      )}
      {!both && !insecure && (
        <Button onClick={() => capture.camera.close()}>Continue without camera</Button>
      )}
    </Cover>
  );
}

function titleOf({ kind }: CaptureProblem, both: boolean): string {
  const what = both ? 'camera and microphone' : 'camera';
  switch (kind) {
    case 'denied':
    case 'denied_by_system':
      return `Your ${what} ${both ? 'are' : 'is'} blocked`;
    case 'missing':
      return both ? 'No camera or microphone found' : 'No camera found';
    case 'busy':
      return `Your ${what} ${both ? 'are' : 'is'} in use`;
    case 'insecure':
      return 'This page is not secure';
    case 'unplugged':
      return 'Your camera was unplugged';
    case 'unsupported':
    case 'cancelled':
    case 'unknown':
      return `Your ${what} did not start`;
    default:
      return assertNever(kind);
  }
}

function Cover(props: {
  icon: ComponentChildren;
  title: string;
  text: string;
  children: ComponentChildren;
}) {
  return (
    <div class="stage-cover" role="alert">
      <span class="icon-round">{props.icon}</span>
      <h2>{props.title}</h2>
      <p>{props.text}</p>
      <div class="stage-actions">{props.children}</div>
    </div>
  );
}

/** Warns a muted user who is speaking. */
export function MutedHint({ capture }: { capture: Capture }) {
  if (!capture.sound.muted.value || !capture.meter.speaking.value) return null;
  return (
    <div class="stage-hint">
      <Icon icon={MicOff} size={16} />
      You are muted. Press M to unmute.
    </div>
  );
}
