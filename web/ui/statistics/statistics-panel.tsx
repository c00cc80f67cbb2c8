import { useCallback, useEffect, useId, useMemo, useState } from 'preact/hooks';
import type { BroadcastStatistics } from '../../../src/protocol/statistics.js';
import { statisticsOf } from '../../client/statistics-api.js';
import { WhenLoaded } from '../account/loaded.js';
import { useLoaded } from '../account/use-loaded.js';
import { clockTime, wordyDuration } from '../format/duration.js';
import { count, counted, viewerCount } from '../format/quantity.js';
import { messagesAMinute, rowsOf, watchTime } from './curves.js';
import { StatisticsPlot } from './statistics-plot.js';
import './statistics-panel.css';

const REFRESH_MS = 10_000;

export interface StatisticsPanelProps {
  broadcastId: string;
  /** Whether the broadcast is live, so that new data arrives every ten seconds. */
  live: boolean;
}

/** A broadcast's viewers and chat messages as figures, plots and a table. */
export function StatisticsPanel({ broadcastId, live }: StatisticsPanelProps) {
  const load = useCallback(() => statisticsOf(broadcastId), [broadcastId]);
  const [state, reload] = useLoaded(load);
  useEffect(() => {
    if (!live) return undefined;
    const timer = setInterval(() => {
      if (!document.hidden) void reload();
    }, REFRESH_MS);
    return () => clearInterval(timer);
  }, [live, reload]);
  return (
    <div class="statistics">
      <WhenLoaded state={state} onRetry={() => void reload()}>
        {(statistics) => <Statistics statistics={statistics} live={live} />}
      </WhenLoaded>
    </div>
  );
}

function Statistics({ statistics, live }: { statistics: BroadcastStatistics; live: boolean }) {
  const { viewers, messages, stepS, peakViewers, watchTimeS } = statistics;
  const [pointed, setPointed] = useState<number | null>(null);
  const syncKey = useId();
  const perMinute = useMemo(() => messagesAMinute(statistics), [statistics]);
  const written = messages.reduce<number>((sum, each) => sum + (each ?? 0), 0);
  const shared = { stepS, pointed, onPoint: setPointed, syncKey };
  return (
    <>
      <dl class="statistics-facts figures">
        <Fact name="Peak">{viewerCount(peakViewers)}</Fact>
        <Fact name="Watch time">
          <span aria-hidden="true">{watchTime(watchTimeS)}</span>
          <span class="visually-hidden">{wordyDuration(watchTimeS * 1_000)}</span>
        </Fact>
        <Fact name="Chat">{counted(written, 'message')}</Fact>
      </dl>
      {viewers.length === 0 ? (
        <p class="muted">
          {live
            ? 'The first data arrives in a few seconds.'
            : 'No data was collected for this broadcast.'}
        </p>
      ) : (
        <>
          <StatisticsPlot
            {...shared}
            kind="viewers"
            title="Viewers"
            curve={viewers}
            format={viewerCount}
          />
          <StatisticsPlot
            {...shared}
            kind="messages"
            title="Chat messages per minute"
            curve={perMinute}
            format={(value) => counted(Math.round(value), 'message')}
          />
          <StatisticsTable statistics={statistics} />
        </>
      )}
    </>
  );
}

function Fact({ name, children }: { name: string; children: preact.ComponentChildren }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}

function StatisticsTable({ statistics }: { statistics: BroadcastStatistics }) {
  const rows = useMemo(() => rowsOf(statistics), [statistics]);
  return (
    <details class="statistics-details">
      <summary>Show as table</summary>
      <table class="statistics-table figures">
        <thead>
          <tr>
            <th scope="col">From</th>
            <th scope="col">Peak viewers</th>
            <th scope="col">Messages</th>
          </tr>
        </thead>
        <tbody>
          {rows.map(({ fromMs, viewers, messages }) => (
            <tr key={fromMs}>
              <th scope="row">{clockTime(fromMs)}</th>
              <td>{viewers === null ? 'unknown' : count(viewers)}</td>
              <td>{messages === null ? 'unknown' : count(messages)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </details>
  );
}
