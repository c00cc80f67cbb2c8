/**
 * Returns the layer that the mixing side receives from a participant's camera: the top layer if the
 * person may fill the programme, the lowest one if the person is waiting, and otherwise the one
 * below the top.
 *
 * @param layers the number of the track's layers
 * @param onStage the number of people on stage besides the host
 */
export function layerFor(
  place: 'waiting' | 'on-stage',
  { layers, onStage }: { layers: number; onStage: number },
): number {
  if (place === 'waiting') return 0;
  return Math.max(0, onStage <= 2 ? layers - 1 : layers - 2);
}
