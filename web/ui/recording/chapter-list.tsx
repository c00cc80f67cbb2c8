import { clockTime } from '../format/duration.js';
import { type Chapter, chapterAt } from './chapters.js';
import type { Vod } from './vod.js';
import './chapter-list.css';

export interface ChapterListProps {
  chapters: readonly Chapter[];
  vod: Vod;
  /** Whether to show a heading, for places without a tab label. */
  heading: boolean;
}

/** A recording's chapters. Each line is a link that seeks to its chapter. */
export function ChapterList({ chapters, vod, heading }: ChapterListProps) {
  const current = chapterAt(chapters, vod.positionMs.value);
  if (chapters.length < 2) return null;
  return (
    <section class="chapters" aria-label="Chapters">
      {heading && <h2>Chapters</h2>}
      <ol>
        {chapters.map((chapter) => (
          <li key={chapter.atMs}>
            <a
              class="chapters-link"
              href={`?t=${Math.floor(chapter.atMs / 1_000)}`}
              aria-current={chapter === current ? 'true' : undefined}
              onClick={(event) => {
                // With a modifier key, the link opens like any other.
                if (event.ctrlKey || event.metaKey || event.shiftKey) return;
                event.preventDefault();
                vod.seek(chapter.atMs);
                history.replaceState(null, '', event.currentTarget.href);
              }}
            >
              <span class="chapters-time figures">{clockTime(chapter.atMs)}</span>
              <span>{chapter.title || 'Untitled'}</span>
            </a>
          </li>
        ))}
      </ol>
    </section>
  );
}
