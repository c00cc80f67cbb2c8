import { useId } from 'preact/hooks';
import { OVERLAY_TEXT_MAX, SCENE_NAME_MAX } from '../../../../src/protocol/limits.js';
import type { Scene, SceneCorner, SceneLayout } from '../../../../src/protocol/scene.js';
import { Button } from '../../components/button.js';
import { confirm } from '../../components/confirm.js';
import { DoneDialog } from '../../components/done-dialog.js';
import { Select } from '../../components/select.js';
import { Switch } from '../../components/switch.js';
import { TextField } from '../../components/text-field.js';
import type { HostStage } from './host-stage.js';
import { PictureField } from './picture-field.js';
import { LAYOUT_LABELS } from './scene-book.js';
import './scene-dialog.css';

const LAYOUTS = (Object.keys(LAYOUT_LABELS) as SceneLayout[]).map((value) => ({
  value,
  label: LAYOUT_LABELS[value],
}));

const CORNERS: readonly { value: SceneCorner; label: string }[] = [
  { value: 'top-left', label: 'Top left' },
  { value: 'top-right', label: 'Top right' },
  { value: 'bottom-left', label: 'Bottom left' },
  { value: 'bottom-right', label: 'Bottom right' },
];

interface SceneDialogProps {
  host: HostStage;
  sceneId: string;
  onClose: () => void;
}

/** Edits a scene. Changes apply immediately, and are stored with the channel. */
export function SceneDialog({ host, sceneId, onClose }: SceneDialogProps) {
  const { scenes } = host;
  const scene = scenes.scenes.value.find(({ id }) => id === sceneId);
  if (!scene) return null;
  const change = (changed: Parameters<typeof scenes.change>[1]): void =>
    scenes.change(sceneId, changed);
  return (
    <DoneDialog title="Edit scene" onClose={onClose}>
      <div class="scene-fields">
        <TextField
          label="Name"
          value={scene.name}
          onInput={(name) => {
            // A scene without a name couldn't be saved or found.
            if (name.trim() !== '') change({ name });
          }}
          maxLength={SCENE_NAME_MAX}
          autocomplete="off"
        />
        <Select
          label="Layout"
          value={scene.layout}
          options={LAYOUTS}
          onChange={(layout) => change({ layout })}
        />
        <Switch label="Show names" checked={scene.names} onChange={(names) => change({ names })} />
        <TextField
          label="Ticker"
          value={scene.ticker}
          onInput={(ticker) => change({ ticker })}
          hint="A line of text that scrolls along the bottom."
          maxLength={OVERLAY_TEXT_MAX}
          autocomplete="off"
        />
        <div class="scene-pair">
          <ColorField
            label="Background"
            value={scene.background.color}
            onChange={(color) => change({ background: { ...scene.background, color } })}
          />
          <ColorField
            label="Accent"
            value={scene.accent}
            onChange={(accent) => change({ accent })}
          />
        </div>
        <PictureField
          label="Background picture"
          host={host}
          value={scene.background.asset}
          onChange={(asset) => change({ background: { ...scene.background, asset } })}
        />
        <PictureField
          label="Logo"
          host={host}
          value={scene.logo?.asset ?? null}
          onChange={(asset) =>
            change({
              logo: asset === null ? null : { asset, corner: scene.logo?.corner ?? 'top-right' },
            })
          }
        />
        {scene.logo && (
          <Select
            label="Logo corner"
            value={scene.logo.corner}
            options={CORNERS}
            onChange={(corner) => {
              if (scene.logo) change({ logo: { ...scene.logo, corner } });
            }}
          />
        )}
        <PictureField
          label="Picture instead of people"
          host={host}
          value={scene.fullscreen}
          onChange={(fullscreen) => change({ fullscreen })}
        />
        <div class="scene-actions">
          <Button
            size="s"
            disabled={!scenes.canAdd}
            onClick={() => {
              // The copy is edited next, and viewers don't see it yet.
              scenes.preview(scenes.copy(sceneId));
              onClose();
            }}
          >
            Copy scene
          </Button>
          <Button
            size="s"
            variant="ghost"
            disabled={scenes.scenes.value.length < 2}
            onClick={() => void remove(host, scene, onClose)}
          >
            Delete scene
          </Button>
        </div>
      </div>
    </DoneDialog>
  );
}

/** Deletes a scene; asks for confirmation if viewers see it. */
async function remove({ scenes }: HostStage, { id, name }: Scene, onClose: () => void) {
  const isSure =
    scenes.shown.peek().id !== id ||
    (await confirm({
      title: `Delete ${name}?`,
      text: 'Viewers currently see this scene. The first remaining scene is shown instead.',
      action: 'Delete scene',
      danger: true,
    }));
  if (!isSure) return;
  onClose();
  scenes.remove(id);
}

interface ColorFieldProps {
  label: string;
  value: string;
  onChange: (color: string) => void;
}

function ColorField({ label, value, onChange }: ColorFieldProps) {
  const id = useId();
  return (
    <div class="field">
      <label class="field-label" for={id}>
        {label}
      </label>
      <input
        class="scene-color"
        id={id}
        type="color"
        value={value}
        onInput={(event) => onChange(event.currentTarget.value)}
      />
    </div>
  );
}
