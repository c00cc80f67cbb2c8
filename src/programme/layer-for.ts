/**
 * Returns the layer that the mixing side receives of a participant's camera: the top one if the
 * person may fill the programme, otherwise the one below it, and the lowest for a guest who waits.
 *
 * @param layers how many the track has
 * @param onStage how many people are on stage with the host
 */
export function layerFor(
  place: 'waiting' | 'on-stage',
  { layers, onStage }: { layers: number; onStage: number },
): number {
  if (place === 'waiting') return 0;
  return Math.max(0, onStage <= 2 ? layers - 1 : layers - 2);
}
