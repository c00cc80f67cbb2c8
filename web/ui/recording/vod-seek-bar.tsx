import { useState } from 'preact/hooks';
import { clockTime, wordyDuration } from '../format/duration.js';
import { type Preview, previewAt } from './previews.js';
import type { Chapter } from './chapters.js';
import { chapterAt } from './chapters.js';
import '../player/seek-bar.css';
import './vod-seek-bar.css';

export interface VodSeekBarProps {
  positionMs: number;
  durationMs: number;
  chapters: readonly Chapter[];
  previews: readonly Preview[];
  onSeek: (positionMs: number) => void;
}

/** The seek bar of a recording, with chapter marks and previews. */
export function VodSeekBar({
  positionMs,
  durationMs,
  chapters,
  previews,
  onSeek,
}: VodSeekBarProps) {
  // While the user drags the handle, playback must not move it.
  const [draggedMs, setDraggedMs] = useState<number | null>(null);
  const [hoveredMs, setHoveredMs] = useState<number | null>(null);
  const valueMs = draggedMs ?? Math.min(positionMs, durationMs);
  const pointedMs = draggedMs ?? hoveredMs;
  const percent = (ms: number): string => `${durationMs === 0 ? 0 : (100 * ms) / durationMs}%`;
  const chapter = chapterAt(chapters, valueMs);
  return (
    <div
      class="seek-bar vod-seek-bar"
      style={{ '--fill': percent(valueMs), '--at': percent(pointedMs ?? 0) }}
      onPointerMove={(event) => {
        if (event.pointerType === 'mouse') setHoveredMs(timeAt(event, durationMs));
      }}
      onPointerLeave={() => setHoveredMs(null)}
    >
      {pointedMs !== null && (
        <SeekPreview
          atMs={pointedMs}
          preview={previewAt(previews, pointedMs)}
          chapter={chapterAt(chapters, pointedMs)}
        />
      )}
      <div class="vod-seek-bar-marks" aria-hidden="true">
        {chapters
          .filter(({ atMs }) => atMs > 0 && atMs < durationMs)
          .map(({ atMs }) => (
            <span key={atMs} style={{ '--mark': percent(atMs) }} />
          ))}
      </div>
      <input
        class="seek-bar-slider"
        type="range"
        min="0"
        max={durationMs / 1_000}
        step={durationMs < 120_000 ? 0.1 : 1}
        aria-label="Seek"
        aria-valuetext={`${wordyDuration(valueMs)} of ${wordyDuration(durationMs)}${chapter && chapters.length > 1 ? `, ${chapter.title}` : ''}`}
        value={valueMs / 1_000}
        onInput={(event) => setDraggedMs(event.currentTarget.valueAsNumber * 1_000)}
        onChange={(event) => {
          setDraggedMs(null);
          onSeek(event.currentTarget.valueAsNumber * 1_000);
        }}
        onBlur={() => setDraggedMs(null)}
      />
    </div>
  );
}

interface SeekPreviewProps {
  atMs: number;
  preview: Preview | null;
  chapter: Chapter | null;
}

/** The preview, chapter and time under the pointer. */
function SeekPreview({ atMs, preview, chapter }: SeekPreviewProps) {
  return (
    <output class="vod-preview" aria-hidden="true">
      {preview && (
        <img class="vod-preview-picture" src={preview.url} alt="" width={160} height={90} />
      )}
      {chapter && chapter.title !== '' && <span class="vod-preview-chapter">{chapter.title}</span>}
      <span class="figures">{clockTime(atMs)}</span>
    </output>
  );
}

/** Returns the time under the pointer, in ms. */
function timeAt(
  event: { currentTarget: HTMLElement; clientX: number },
  durationMs: number,
): number {
  const slider = event.currentTarget.querySelector('input');
  if (!slider) return 0;
  const { left, width } = slider.getBoundingClientRect();
  return Math.max(0, Math.min(1, (event.clientX - left) / width)) * durationMs;
}
