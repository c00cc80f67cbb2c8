import type { ComponentChildren } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import { Picture } from '../../backstage/picture.js';
import { Badge } from '../../components/badge.js';
import type { HostStage } from './host-stage.js';
import './programme-stage.css';

interface ProgrammeStageProps {
  host: HostStage;
  isLive: boolean;
  /** Whether the broadcast is interrupted. */
  dimmed: boolean;
  children?: ComponentChildren;
}

/** The programme as viewers see it, with the scene being prepared beside it. */
export function ProgrammeStage({ host, isLive, dimmed, children }: ProgrammeStageProps) {
  const preview = host.scenes.previewed.value;
  const vertical = host.scenes.format === 'vertical' ? ' programme-vertical' : '';
  return (
    <div
      class={`stage programme${dimmed ? ' stage-dimmed' : ''}${preview ? ' programme-two' : ''}`}
    >
      <div class={`stage-frame programme-frame${vertical}`}>
        <Picture track={host.mix.video} label="Programme, as viewers see it" contained />
        {children}
        <div class="stage-chips">
          <Badge>{isLive ? 'Viewers see this' : 'Programme'}</Badge>
        </div>
      </div>
      {preview && (
        <div class={`stage-frame programme-frame${vertical}`}>
          <PreviewCanvas canvas={host.mix.previewCanvas} />
          <div class="stage-chips">
            <Badge>Preview: {preview.name}</Badge>
          </div>
        </div>
      )}
    </div>
  );
}

function PreviewCanvas({ canvas }: { canvas: HTMLCanvasElement }) {
  const place = useRef<HTMLDivElement>(null);
  useEffect(() => {
    canvas.setAttribute('role', 'img');
    canvas.setAttribute('aria-label', 'Scene preview');
    place.current?.append(canvas);
    return () => canvas.remove();
  }, [canvas]);
  return <div class="programme-preview" ref={place} />;
}
