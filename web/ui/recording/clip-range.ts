import { CLIP_MAX_MS, CLIP_MIN_MS } from '../../../src/protocol/limits.js';

/** The range of a clip, in ms. */
export interface ClipRange {
  startMs: number;
  endMs: number;
}

/**
 * The initial length. The range is the half minute before a position, or the first half minute of
 * the recording.
 */
const FIRST_MS = 30_000;

/** Returns the initial range for a position. */
export function rangeAt(positionMs: number, durationMs: number): ClipRange {
  const endMs = Math.min(durationMs, Math.max(positionMs, Math.min(FIRST_MS, durationMs)));
  return { startMs: Math.max(0, endMs - FIRST_MS), endMs };
}

/**
 * Moves the start, and also the end if the clip would otherwise be too long, too short or reversed.
 */
export function withStart({ endMs }: ClipRange, startMs: number, durationMs: number): ClipRange {
  const start = clamp(startMs, 0, Math.max(0, durationMs - CLIP_MIN_MS));
  const end = clamp(endMs, start + CLIP_MIN_MS, start + CLIP_MAX_MS);
  return { startMs: start, endMs: Math.min(end, durationMs) };
}

/** Moves the end, and also the start in the same cases. */
export function withEnd({ startMs }: ClipRange, endMs: number, durationMs: number): ClipRange {
  const end = clamp(endMs, Math.min(CLIP_MIN_MS, durationMs), durationMs);
  const start = clamp(startMs, end - CLIP_MAX_MS, end - CLIP_MIN_MS);
  return { startMs: Math.max(0, start), endMs: end };
}

function clamp(value: number, min: number, max: number): number {
  return Math.min(max, Math.max(min, value));
}
