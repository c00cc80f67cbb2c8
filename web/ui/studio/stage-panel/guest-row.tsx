import { Ellipsis, Mic, MicOff } from 'lucide';
import type { StageParticipant } from '../../../../src/protocol/stage.js';
import { Tile } from '../../backstage/tile.js';
import { Button } from '../../components/button.js';
import { confirm } from '../../components/confirm.js';
import { IconButton } from '../../components/icon-button.js';
import { Menu, type MenuItem } from '../../components/menu.js';
import { attempt } from './attempt.js';
import { trackOf } from './host-people.js';
import type { HostStage } from './host-stage.js';
import { VOLUME_MAX } from '../../../client/stage/programme-sound.js';

interface GuestRowProps {
  host: HostStage;
  guest: StageParticipant;
}

/** One guest: video, level, and the host's controls. */
export function GuestRow({ host, guest }: GuestRowProps) {
  const { link, mix } = host;
  const { id, name, place, isMuted, isMutedByHost, isAway } = guest;
  const camera = trackOf(link.tracks.value, id, 'camera');
  return (
    <li class="guest-row">
      <div class="guest-row-picture">
        <Tile
          name={name}
          track={camera?.track ?? null}
          muted={isMuted || isMutedByHost}
          away={isAway}
          readLevel={() => mix.level(id).rmsDb}
        />
      </div>
      <div class="guest-row-text">
        <span class="guest-row-name">{name}</span>
        <span class="guest-row-state">{stateOf(guest)}</span>
        <div class="guest-row-controls">
          {place === 'waiting' ? (
            <Button
              variant="primary"
              size="s"
              onClick={() => void attempt(() => link.place(id, 'on-stage'))}
            >
              Bring on stage
            </Button>
          ) : (
            <>
              <IconButton
                icon={isMutedByHost ? MicOff : Mic}
                label={isMutedByHost ? `Unmute ${name}` : `Mute ${name}`}
                size="s"
                onClick={() => void attempt(() => link.mute(id, !isMutedByHost))}
              />
              <input
                class="guest-row-volume"
                type="range"
                min={0}
                max={VOLUME_MAX}
                step={0.05}
                aria-label={`Volume for ${name}`}
                aria-valuetext={`${Math.round(host.volumeOf(id) * 100)} %`}
                value={host.volumeOf(id)}
                onInput={(event) => host.setVolume(id, event.currentTarget.valueAsNumber)}
              />
            </>
          )}
          <Menu
            label={`More for ${name}`}
            items={itemsOf(host, guest)}
            trigger={({ expanded, popup, onClick, buttonRef }) => (
              <IconButton
                icon={Ellipsis}
                label={`More for ${name}`}
                size="s"
                align="end"
                expanded={expanded}
                popup={popup}
                onClick={onClick}
                buttonRef={buttonRef}
              />
            )}
          />
        </div>
      </div>
    </li>
  );
}

function stateOf({ isAway, isMuted, isMutedByHost, sends, mayShareScreen }: StageParticipant) {
  if (isAway) return 'Reconnecting';
  if (isMutedByHost) return 'Muted by you';
  if (isMuted) return 'Muted';
  if (!sends.includes('microphone')) return 'No microphone';
  if (sends.includes('screen')) return 'Sharing a screen';
  if (!sends.includes('camera')) return 'Camera off';
  return mayShareScreen ? 'Can share a screen' : 'Camera and microphone on';
}

function itemsOf(
  host: HostStage,
  { id, name, place, mayShareScreen }: StageParticipant,
): MenuItem[] {
  const { link } = host;
  return [
    ...(place === 'on-stage'
      ? [
          {
            kind: 'action',
            label: 'Take off stage',
            onSelect: () => void attempt(() => link.place(id, 'waiting')),
          } as const,
        ]
      : []),
    {
      kind: 'action',
      label: mayShareScreen ? 'Don’t allow screen sharing' : 'Allow screen sharing',
      onSelect: () => void attempt(() => link.allowScreen(id, !mayShareScreen)),
    },
    { kind: 'separator' },
    {
      kind: 'action',
      label: 'Remove',
      danger: true,
      onSelect: () => void remove(host, id, name),
    },
  ];
}

async function remove(host: HostStage, id: string, name: string): Promise<void> {
  const isSure = await confirm({
    title: `Remove ${name}?`,
    text: 'They leave immediately and can’t return with the same invitation.',
    action: 'Remove',
    danger: true,
  });
  if (isSure) await attempt(() => host.link.remove(id));
}
