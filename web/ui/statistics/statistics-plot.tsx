import { useEffect, useId, useRef } from 'preact/hooks';
import uPlot from 'uplot';
import { clockTime } from '../format/duration.js';
import { shortCount } from '../format/quantity.js';
import { followLooks } from '../plot/follow-looks.js';
import type { Curve } from './curves.js';
import 'uplot/dist/uPlot.min.css';
import './statistics-plot.css';

export interface StatisticsPlotProps {
  title: string;
  curve: Curve;
  /** The number of seconds between two values. */
  stepS: number;
  kind: 'viewers' | 'messages';
  format: (value: number) => string;
  /** The index under the pointer, in this plot or a synchronized one; null if none. */
  pointed: number | null;
  onPoint: (index: number | null) => void;
  /** Plots with the same key share the pointer position. */
  syncKey: string;
}

const HEIGHT_PX = { viewers: 160, messages: 110 } as const;
const MINUTE_S = 60;
const AXIS_PX = 36;
/** The possible tick intervals of the time axis, in seconds. */
const TICKS_S = [10, 30, 60, 300, 600, 1_800, 3_600, 10_800, 21_600, 86_400, 604_800, 2_592_000];
const TICK_SPACE_PX = 64;

/** A curve over a whole broadcast, with the value under the pointer. */
export function StatisticsPlot(props: StatisticsPlotProps) {
  const { title, curve, stepS, kind, format, pointed } = props;
  const box = useRef<HTMLDivElement>(null);
  const plot = useRef<uPlot | null>(null);
  const newest = useRef(props);
  newest.current = props;
  const caption = useId();

  useEffect(() => {
    const element = box.current;
    if (element === null) return undefined;
    const remake = (): void => {
      plot.current?.destroy();
      plot.current = new uPlot(
        optionsFor(element, newest.current),
        dataOf(newest.current),
        element,
      );
    };
    remake();
    return followLooks(element, { heightPx: HEIGHT_PX[kind], remake, plot });
  }, []);
  useEffect(() => plot.current?.setData(dataOf(newest.current)), [curve, stepS]);

  const value = pointed === null ? undefined : curve[pointed];
  return (
    <figure class={`statistics-plot statistics-plot-${kind}`} aria-labelledby={caption}>
      <figcaption class="statistics-plot-caption">
        <span id={caption}>{title}</span>
        {pointed !== null && pointed < curve.length && (
          <span class="statistics-plot-value figures">
            {clockTime(pointed * stepS * 1_000)} · {value == null ? 'unknown' : format(value)}
          </span>
        )}
      </figcaption>
      <div class="statistics-plot-box" ref={box} aria-hidden="true" />
    </figure>
  );
}

function dataOf({ curve, stepS }: StatisticsPlotProps): uPlot.AlignedData {
  return [curve.map((_, index) => index * stepS), [...curve]];
}

function optionsFor(
  element: HTMLElement,
  { kind, onPoint, syncKey }: StatisticsPlotProps,
): uPlot.Options {
  // A canvas can't use custom properties, so the colors are read from the stylesheet.
  const style = getComputedStyle(element);
  const { color: stroke, backgroundColor: fill, borderBottomColor: grid, outlineColor } = style;
  const font = `${style.fontSize} ${style.fontFamily}`;
  const axis = { stroke: outlineColor, font, ticks: { show: false } };
  return {
    width: Math.max(1, element.clientWidth),
    height: HEIGHT_PX[kind],
    padding: [8, 12, 0, 0],
    legend: { show: false },
    select: { show: false, left: 0, top: 0, width: 0, height: 0 },
    cursor: {
      y: false,
      drag: { x: false, y: false },
      points: { size: 7 },
      sync: { key: syncKey, setSeries: false },
    },
    scales: {
      x: { time: false, range: (_plot, _min, max) => [0, Math.max(max ?? 0, MINUTE_S)] },
      y: { range: (_plot, _min, max) => [0, Math.max(4, (max ?? 0) * 1.1)] },
    },
    axes: [
      {
        ...axis,
        size: 24,
        gap: 6,
        grid: { show: false },
        incrs: TICKS_S,
        space: TICK_SPACE_PX,
        values: (_plot, splits) => splits.map((split) => clockTime(split * 1_000)),
      },
      {
        ...axis,
        size: AXIS_PX,
        grid: { stroke: grid, width: 1 },
        incrs: wholeSteps,
        values: (_plot, splits) => splits.map((split) => shortCount(split)),
      },
    ],
    series: [
      {},
      {
        stroke,
        fill,
        width: 1.5,
        // A line needs two points, so a single point is drawn as a dot.
        points: { show: (own) => own.data[0].length < 2, size: 5, fill: stroke },
      },
    ],
    hooks: { setCursor: [({ cursor }) => onPoint(cursor.idx ?? null)] },
  };
}

/**
 * The possible steps of the value axis: 1, 2, 5, 10 and so on, because viewer counts are whole
 * numbers.
 */
const wholeSteps = [0, 1, 2, 3, 4, 5, 6, 7].flatMap((power) =>
  [1, 2, 5].map((each) => each * 10 ** power),
);
