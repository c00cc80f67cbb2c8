import { useEffect, useRef, useState } from 'preact/hooks';
import { Captions, Eye, MessageSquareQuote, Pencil, Timer } from 'lucide';
import type { Scene } from '../../../../src/protocol/scene.js';
import type { Chat } from '../../../client/chat.js';
import { Button } from '../../components/button.js';
import { IconButton } from '../../components/icon-button.js';
import { BannerDialog } from './banner-dialog.js';
import { CountdownDialog } from './countdown-dialog.js';
import type { HostStage } from './host-stage.js';
import { LayoutGlyph } from './layout-glyph.js';
import { SceneDialog } from './scene-dialog.js';
import './scenes-bar.css';

interface ScenesBarProps {
  host: HostStage;
  /** The channel's chat, from which messages can be shown over the video. */
  chat: Chat | null;
}

/** The bar of scenes. A click or number key shows a scene to viewers, or previews it. */
export function ScenesBar({ host, chat }: ScenesBarProps) {
  const { scenes } = host;
  useSceneKeys(host);
  const shown = scenes.shown.value;
  const previewed = scenes.previewed.value;
  return (
    <div class="scenes" role="group" aria-label="Scenes">
      <ol class="scenes-list">
        {scenes.scenes.value.map((scene, index) => (
          <li key={scene.id}>
            <SceneButton
              scene={scene}
              number={index + 1}
              isShown={scene.id === shown.id}
              isPreviewed={scene.id === previewed?.id}
              onChoose={() => scenes.choose(scene.id)}
            />
          </li>
        ))}
      </ol>
      {previewed && (
        <Button variant="primary" size="s" onClick={() => scenes.show(previewed.id)}>
          Show to viewers
        </Button>
      )}
      <SceneTools host={host} chat={chat} scene={previewed ?? shown} />
    </div>
  );
}

interface SceneButtonProps {
  scene: Scene;
  number: number;
  isShown: boolean;
  isPreviewed: boolean;
  onChoose: () => void;
}

function SceneButton({ scene, number, isShown, isPreviewed, onChoose }: SceneButtonProps) {
  const key = number <= 9 ? String(number) : undefined;
  const button = useRef<HTMLButtonElement>(null);
  useEffect(() => {
    // A new copy is at the end of the list, which can be wider than the page.
    if (isPreviewed) button.current?.scrollIntoView({ block: 'nearest', inline: 'nearest' });
  }, [isPreviewed]);
  const look = isShown ? ' scene-shown' : isPreviewed ? ' scene-previewed' : '';
  return (
    <button
      ref={button}
      class={`scene${look}`}
      type="button"
      aria-pressed={isShown}
      aria-keyshortcuts={key}
      onClick={onChoose}
    >
      <LayoutGlyph layout={scene.layout} />
      <span class="scene-name">
        {scene.name}
        {isPreviewed && <span class="visually-hidden"> (preview)</span>}
      </span>
      {key !== undefined && (
        <span class="scene-key figures" aria-hidden="true">
          {key}
        </span>
      )}
    </button>
  );
}

type Opened = 'banner' | 'countdown' | 'scene';

/** The buttons that edit a scene and its overlays. `scene` is the one to edit. */
function SceneTools({ host, chat, scene }: ScenesBarProps & { scene: Scene }) {
  const [opened, setOpened] = useState<Opened | null>(null);
  const { scenes } = host;
  const { banner, countdownToMs } = scenes.overlays.value;
  const close = (): void => setOpened(null);
  return (
    <div class="scenes-tools">
      <IconButton
        icon={Eye}
        label="Preview scenes first"
        pressed={scenes.previewsFirst.value}
        side="top"
        onClick={() => scenes.setPreviewsFirst(!scenes.previewsFirst.value)}
      />
      <IconButton
        icon={Captions}
        label="Show names"
        pressed={scene.names}
        side="top"
        onClick={() => scenes.change(scene.id, { names: !scene.names })}
      />
      <IconButton
        icon={MessageSquareQuote}
        label={banner ? 'Hide banner' : 'Show a banner'}
        variant={banner ? 'solid' : 'ghost'}
        side="top"
        onClick={() => (banner ? scenes.setOverlays({ banner: null }) : setOpened('banner'))}
      />
      <IconButton
        icon={Timer}
        label={countdownToMs === null ? 'Start a countdown' : 'Hide countdown'}
        variant={countdownToMs === null ? 'ghost' : 'solid'}
        side="top"
        onClick={() =>
          countdownToMs === null
            ? setOpened('countdown')
            : scenes.setOverlays({ countdownToMs: null })
        }
      />
      <IconButton
        icon={Pencil}
        label="Edit scene"
        popup="dialog"
        side="top"
        align="end"
        onClick={() => setOpened('scene')}
      />
      {opened === 'banner' && <BannerDialog scenes={scenes} chat={chat} onClose={close} />}
      {opened === 'countdown' && (
        <CountdownDialog serverNowMs={host.serverNowMs} scenes={scenes} onClose={close} />
      )}
      {opened === 'scene' && <SceneDialog host={host} sceneId={scene.id} onClose={close} />}
    </div>
  );
}

/**
 * Matches elements in which number keys have another meaning. A volume slider, for example, isn't
 * one, because it ignores them.
 */
const TYPING =
  'input:not([type="range"], [type="checkbox"]), textarea, select, dialog, [role="menu"]';

/** Chooses a scene by number key, but not while the user is typing or a dialog is open. */
function useSceneKeys({ scenes }: HostStage): void {
  useEffect(() => {
    function onKeyDown(event: KeyboardEvent): void {
      if (event.repeat || event.ctrlKey || event.metaKey || event.altKey) return;
      const isTaken = event.target instanceof Element && event.target.closest(TYPING) !== null;
      if (isTaken || !/^[1-9]$/.test(event.key)) return;
      const scene = scenes.scenes.peek()[Number(event.key) - 1];
      if (scene) scenes.choose(scene.id);
    }
    document.addEventListener('keydown', onKeyDown);
    return () => document.removeEventListener('keydown', onKeyDown);
  }, [scenes]);
}
