import { Menu } from '../components/menu.js';
import { Tooltip } from '../components/tooltip.js';
import { SPEEDS, type Vod } from './vod.js';

/** Formats a speed, such as `1×` or `0.75×`. */
const named = (speed: number): string => `${speed}×`;

/** The menu of playback speeds. */
export function SpeedMenu({ vod }: { vod: Vod }) {
  const speed = vod.speed.value;
  return (
    <Menu
      label="Playback speed"
      side="top"
      items={SPEEDS.map((choice) => ({
        kind: 'choice',
        label: choice === 1 ? 'Normal' : named(choice),
        checked: choice === speed,
        onSelect: () => vod.setSpeed(choice),
      }))}
      trigger={({ expanded, onClick, buttonRef }) => (
        <Tooltip text="Playback speed" side="top" align="end">
          <button
            class="speed-button figures"
            type="button"
            aria-label={`${named(speed)} playback speed`}
            aria-haspopup="menu"
            aria-expanded={expanded}
            ref={buttonRef}
            onClick={onClick}
          >
            {named(speed)}
          </button>
        </Tooltip>
      )}
    />
  );
}
