import { useEffect, useRef, useState } from 'preact/hooks';
import uPlot from 'uplot';
import { followLooks } from '../../plot/follow-looks.js';
import { HISTORY_S, type HealthCurve, type HealthHistory } from '../state/health-history.js';
import 'uplot/dist/uPlot.min.css';
import './health-plot.css';

export interface HealthPlotProps {
  title: string;
  curve: HealthCurve;
  history: HealthHistory;
  format: (value: number) => string;
  /** The minimum for the upper end of the scale, so that small changes don't look large. */
  atLeast: number;
}

const HEIGHT_PX = 64;

/**
 * Plots one curve over the last two minutes, with its current value or the value at the pointer.
 */
export function HealthPlot({ title, curve, history, format, atLeast }: HealthPlotProps) {
  const box = useRef<HTMLDivElement>(null);
  const plot = useRef<uPlot | null>(null);
  const [pointed, setPointed] = useState<number | null>(null);
  // Reading the signal subscribes the component to it, so the plot is redrawn for each new point.
  const version = history.version.value;
  const [times, values] = history.curve(curve);

  useEffect(() => {
    const element = box.current;
    if (element === null) return undefined;
    const make = (): void => {
      plot.current?.destroy();
      plot.current = new uPlot(
        optionsFor(element, { atLeast, onPoint: setPointed }),
        history.curve(curve),
        element,
      );
    };
    make();
    return followLooks(element, { heightPx: HEIGHT_PX, remake: make, plot });
  }, []);
  useEffect(() => plot.current?.setData([times, values]), [version]);

  const shown = (pointed === null ? undefined : values[pointed]) ?? values.at(-1) ?? null;
  const value = shown === null ? 'not measured' : format(shown);
  return (
    <figure class="plot">
      <figcaption class="plot-caption">
        <span>{title}</span>
        <span class="plot-value figures">{value}</span>
      </figcaption>
      <div class="plot-box" ref={box} role="img" aria-label={`${title}, last two minutes`} />
    </figure>
  );
}

function optionsFor(
  element: HTMLElement,
  { atLeast, onPoint }: { atLeast: number; onPoint: (index: number | null) => void },
): uPlot.Options {
  // A canvas can't use custom properties, so the stylesheet sets the colors on the element.
  const style = getComputedStyle(element);
  const line = style.color;
  return {
    width: Math.max(1, element.clientWidth),
    height: HEIGHT_PX,
    padding: [4, 0, 2, 0],
    legend: { show: false },
    select: { show: false, left: 0, top: 0, width: 0, height: 0 },
    cursor: { x: true, y: false, drag: { x: false, y: false }, points: { size: 6 } },
    scales: {
      x: { time: false, range: (_plot, _min, max) => [max - HISTORY_S, max] },
      y: { range: (_plot, _min, max) => [0, Math.max(atLeast, max * 1.1)] },
    },
    axes: [{ show: false }, { show: false }],
    series: [
      {},
      {
        stroke: line,
        fill: style.backgroundColor,
        width: 1.5,
        points: { show: false },
      },
    ],
    hooks: { setCursor: [({ cursor }) => onPoint(cursor.idx ?? null)] },
  };
}
