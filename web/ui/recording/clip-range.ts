import { CLIP_MAX_MS, CLIP_MIN_MS } from '../../../src/protocol/limits.js';

/** Which stretch is to be a clip, milliseconds. */
export interface ClipRange {
  startMs: number;
  endMs: number;
}

/** What is offered at first: the half minute up to a position, or at the beginning the one after it. */
const FIRST_MS = 30_000;

/** The range that is offered at a position. */
export function rangeAt(positionMs: number, durationMs: number): ClipRange {
  const endMs = Math.min(durationMs, Math.max(positionMs, Math.min(FIRST_MS, durationMs)));
  return { startMs: Math.max(0, endMs - FIRST_MS), endMs };
}

/** With another beginning: the end is moved where the clip were too long, too short or backward else. */
export function withStart({ endMs }: ClipRange, startMs: number, durationMs: number): ClipRange {
  const start = clamp(startMs, 0, Math.max(0, durationMs - CLIP_MIN_MS));
  const end = clamp(endMs, start + CLIP_MIN_MS, start + CLIP_MAX_MS);
  return { startMs: start, endMs: Math.min(end, durationMs) };
}

/** With another end; the same the other way round. */
export function withEnd({ startMs }: ClipRange, endMs: number, durationMs: number): ClipRange {
  const end = clamp(endMs, Math.min(CLIP_MIN_MS, durationMs), durationMs);
  const start = clamp(startMs, end - CLIP_MAX_MS, end - CLIP_MIN_MS);
  return { startMs: Math.max(0, start), endMs: end };
}

function clamp(value: number, min: number, max: number): number {
  return Math.min(max, Math.max(min, value));
}
