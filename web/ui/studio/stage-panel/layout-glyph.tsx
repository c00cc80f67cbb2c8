import type { SceneLayout } from '../../../../src/protocol/scene.js';

type Box = readonly [x: number, y: number, width: number, height: number];

/** The tiles of each layout, in a frame of 32 x 18 units. */
const BOXES: Readonly<Record<SceneLayout, readonly Box[]>> = {
  solo: [[1, 1, 30, 16]],
  'side-by-side': [
    [1, 4, 14, 10],
    [17, 4, 14, 10],
  ],
  grid: [
    [1, 1, 14, 7],
    [17, 1, 14, 7],
    [1, 10, 14, 7],
    [17, 10, 14, 7],
  ],
  speaker: [
    [1, 1, 22, 16],
    [25, 1, 6, 4],
    [25, 7, 6, 4],
    [25, 13, 6, 4],
  ],
  'picture-in-picture': [
    [1, 1, 30, 16],
    [21, 10, 9, 6],
  ],
  screen: [
    [1, 1, 22, 16],
    [25, 1, 6, 7],
    [25, 10, 6, 7],
  ],
};

/** A small drawing of a layout, shown beside the layout's name. */
export function LayoutGlyph({ layout }: { layout: SceneLayout }) {
  return (
    <svg class="layout-glyph" width={32} height={18} viewBox="0 0 32 18" aria-hidden="true">
      {BOXES[layout].map(([x, y, width, height], index) => (
        <rect key={index} x={x} y={y} width={width} height={height} rx={1} />
      ))}
    </svg>
  );
}
