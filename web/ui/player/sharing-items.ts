import type { Viewer } from '../../client/viewer.js';
import type { MenuItem } from '../components/menu.js';

/** Returns the menu item with which viewers turn sharing on or off; empty if they can't share. */
export function sharingItems(viewer: Viewer): MenuItem[] {
  if (!viewer.canShare.value) return [];
  const shares = viewer.way.value === 'shared' && viewer.sharing.isAllowed.value;
  return [
    {
      kind: 'toggle',
      label: 'Share with other viewers',
      hint: 'They can see your IP address. The video is about 10 s behind live.',
      checked: shares,
      onSelect: () => viewer.share(!shares),
    },
  ];
}
