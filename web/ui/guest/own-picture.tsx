import type { Capture } from '../../client/capture/capture.js';
import { Picture } from '../backstage/picture.js';

/**
 * Returns whether to mirror the guest's own camera, which applies only to a camera that faces the
 * user.
 */
export function isMirrored(capture: Capture): boolean {
  const { track } = capture.camera;
  return (
    capture.choices.value.settings.mirrorPreview &&
    track?.getSettings().facingMode !== 'environment'
  );
}

/** The guest's own camera, or nothing if it is off. */
export function OwnPicture({ capture }: { capture: Capture }) {
  const camera = capture.camera.state.value;
  if (camera.name !== 'on') return null;
  return (
    <Picture
      track={camera.track}
      label="Preview of your camera"
      mirrored={isMirrored(capture)}
      contained
    />
  );
}
