import { assertNever } from '../../../../src/protocol/assert-never.js';
import type { Capture } from '../../../client/capture/capture.js';
import type { CaptureProblem } from '../../../client/capture/capture-problem.js';
import type { Check } from './checklist.js';

/** Returns the checks before going live: video, audio and connection. */
export function checksOf(
  capture: Capture,
  connection: { readonly online: boolean; readonly roundTripMs: number | null },
): readonly Check[] {
  return [cameraCheck(capture), microphoneCheck(capture), connectionCheck(connection)];
}

function cameraCheck(capture: Capture): Check {
  const label = 'Camera';
  if (capture.screen.state.value.name === 'on') {
    const beside = capture.picture.scene.value === 'beside';
    const detail = beside ? 'Shared, with your camera in a corner' : 'Shared';
    return { label: 'Screen', state: 'good', detail };
  }
  const state = capture.camera.state.value;
  switch (state.name) {
    case 'on':
      return { label, state: 'good', detail: state.track.label };
    case 'asking':
      return { label, state: 'waiting', detail: 'Waiting for your browser' };
    case 'off':
      return { label, state: 'off', detail: 'Off: viewers can’t see you' };
    case 'failed':
      // The stage shows a full description of the problem, with a way to fix it.
      return { label, state: 'problem', detail: state.problem.short };
    default:
      return assertNever(state);
  }
}

function microphoneCheck(capture: Capture): Check {
  const label = 'Microphone';
  const state = capture.microphone.state.value;
  switch (state.name) {
    case 'on':
      return soundCheck(capture, state.track.label);
    case 'asking':
      return { label, state: 'waiting', detail: 'Waiting for your browser' };
    case 'off':
      return { label, state: 'off', detail: 'Off: viewers can’t hear you' };
    case 'failed':
      return microphoneProblem(capture, state.problem);
    default:
      return assertNever(state);
  }
}

function microphoneProblem(capture: Capture, problem: CaptureProblem): Check {
  const label = 'Microphone';
  const camera = capture.camera.state.value;
  // If both failed for the same reason, the stage reports both together.
  const isReported = camera.name === 'failed' && camera.problem.kind === problem.kind;
  return {
    label,
    state: 'problem',
    detail: isReported ? problem.short : problem.message,
    retry: !isReported && problem.retriable ? () => void capture.microphone.open() : undefined,
  };
}

function soundCheck(capture: Capture, device: string): Check {
  const label = 'Microphone';
  if (capture.sound.muted.value) return { label, state: 'off', detail: 'Muted' };
  if (capture.meter.heard.value) return { label, state: 'good', detail: `Working: ${device}` };
  if (!capture.listening.value) {
    return { label, state: 'waiting', detail: 'Click anywhere to test it' };
  }
  return { label, state: 'waiting', detail: 'Say something to test it' };
}

function connectionCheck({
  online,
  roundTripMs,
}: {
  online: boolean;
  roundTripMs: number | null;
}): Check {
  const label = 'Connection';
  if (!online) {
    return { label, state: 'waiting', detail: 'Reconnecting to the server' };
  }
  if (roundTripMs === null) return { label, state: 'waiting', detail: 'Measuring' };
  return {
    label,
    state: 'good',
    detail: `${Math.max(1, Math.round(roundTripMs))} ms to the server`,
  };
}
