import { clockTime } from '../format/duration.js';
import { type Chapter, chapterAt } from './chapters.js';
import type { Vod } from './vod.js';
import './chapter-list.css';

export interface ChapterListProps {
  chapters: readonly Chapter[];
  vod: Vod;
  /** A heading of its own, where no tab says what this is. */
  heading: boolean;
}

/** What a recording is made of; each line leads there, and has an address of its own. */
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
                // With a key it opens elsewhere, as any link.
                if (event.ctrlKey || event.metaKey || event.shiftKey) return;
                event.preventDefault();
                vod.seek(chapter.atMs);
                history.replaceState(null, '', event.currentTarget.href);
              }}
            >
              <span class="chapters-time figures">{clockTime(chapter.atMs)}</span>
              <span>{chapter.title || 'Without a title'}</span>
            </a>
          </li>
        ))}
      </ol>
    </section>
  );
}
