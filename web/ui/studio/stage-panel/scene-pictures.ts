import type { Scene } from '../../../../src/protocol/scene.js';

/** Returns the ids of the pictures that a scene shows. */
export function picturesOf({ background, logo, fullscreen }: Scene): string[] {
  return [background.asset, logo?.asset ?? null, fullscreen].filter((id) => id !== null);
}

/** Returns the scene without a picture. */
export function withoutPicture(scene: Scene, picture: string): Scene {
  if (!picturesOf(scene).includes(picture)) return scene;
  const { background, logo, fullscreen } = scene;
  return {
    ...scene,
    background: background.asset === picture ? { ...background, asset: null } : background,
    logo: logo?.asset === picture ? null : logo,
    fullscreen: fullscreen === picture ? null : fullscreen,
  };
}
