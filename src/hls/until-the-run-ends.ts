import type { Rendition } from './run/rendition.js';
import type { RenditionWriter } from './timeline/rendition-writer.js';

/**
 * Delays the end of a rendition whose media is complete before the run ends, so that it ends
 * together with the others.
 */
export function untilTheRunEnds(rendition: Rendition): RenditionWriter {
  return {
    setInit: (init) => rendition.setInit(init),
    startSegment: (start) => rendition.startSegment(start),
    addPart: (part) => rendition.addPart(part),
    endSegment: () => rendition.endSegment(),
    addGap: (gap) => rendition.addGap(gap),
    end: () => rendition.endSegment(),
  };
}
