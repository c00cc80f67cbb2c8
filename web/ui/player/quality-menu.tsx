import { Settings } from 'lucide';
import { useMemo } from 'preact/hooks';
import type { Viewer } from '../../client/viewer.js';
import { IconButton } from '../components/icon-button.js';
import { Menu, type MenuItem } from '../components/menu.js';
import { LayerHeights, layerName } from './layer-heights.js';
import type { Playback } from './playback.js';

export interface QualityMenuProps {
  viewer: Pick<Viewer, 'pinned' | 'pinLayer' | 'layers' | 'stats'>;
  /** Lines below the qualities. */
  more?: readonly MenuItem[];
  playback: Playback;
}

/** Selects automatic quality or a fixed layer. It works in the same way on every path. */
export function QualityMenu({ viewer, playback, more = [] }: QualityMenuProps) {
  const heights = useMemo(() => new LayerHeights(), [viewer]);
  const hls = playback.hls.value;
  const pinned = viewer.pinned.value;
  const { count, current } = hls ? hls.layers.value : viewer.layers.value;
  const height = (hls ?? viewer).stats.value?.height ?? 0;
  if (hls) for (const [layer, known] of hls.layers.value.heights) heights.observe(layer, known);
  else if (current !== null) heights.observe(current, height);
  const items: MenuItem[] = [
    {
      kind: 'choice',
      label: 'Auto',
      checked: pinned === null,
      onSelect: () => viewer.pinLayer(null),
      ...(height > 0 && pinned === null && { note: `${height}p now` }),
    },
    ...Array.from({ length: count > 1 ? count : 0 }, (_, index): MenuItem => {
      const layer = count - 1 - index;
      return {
        kind: 'choice',
        label: layerName(layer, count, heights.of(layer)),
        checked: pinned === layer,
        onSelect: () => viewer.pinLayer(layer),
        ...(pinned === layer && current !== layer && { note: 'switching…' }),
      };
    }),
    ...(more.length > 0 ? [{ kind: 'separator' } as const, ...more] : []),
  ];
  return (
    <Menu
      label="Quality"
      items={items}
      side="top"
      trigger={(tie) => <IconButton icon={Settings} label="Quality" align="end" {...tie} />}
    />
  );
}
