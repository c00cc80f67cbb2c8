import type { AdminNodeView, NodeLoad, NodeState } from '../../../src/protocol/admin.js';
import { assertNever } from '../../../src/protocol/assert-never.js';
import { adminApi } from '../../client/admin-api.js';
import { attempt } from '../account/attempt.js';
import { WhenLoaded } from '../account/loaded.js';
import { useLoaded } from '../account/use-loaded.js';
import { whenLabel } from '../account/when-label.js';
import { Badge, type BadgeProps } from '../components/badge.js';
import { Button } from '../components/button.js';
import { Card } from '../components/card.js';
import { confirm } from '../components/confirm.js';
import { bitrate, count, counted, percent } from '../format/quantity.js';
import { sizeLabel } from '../format/size.js';
import { useRepeated } from './use-repeated.js';
import './nodes.css';

/** The interval at which the list is reloaded while it is shown. */
const RELOAD_MS = 5_000;

/**
 * A node counts as busy if it uses more than this share of its cores, or if a media worker uses
 * more than this share of its core.
 */
const BUSY = 2 / 3;

const STATES: Readonly<Record<NodeState, { label: string; tone: BadgeProps['tone'] & string }>> = {
  running: { label: 'Running', tone: 'good' },
  draining: { label: 'Draining', tone: 'warn' },
  unreachable: { label: 'Not responding', tone: 'danger' },
};

/** Lists the nodes with their load. `isShown` says whether the section is selected. */
export function Nodes({ isShown }: { isShown: boolean }) {
  const [state, reload] = useLoaded(adminApi.nodes);
  useRepeated(reload, { everyMs: RELOAD_MS, isOn: isShown });
  async function drain({ id, name }: AdminNodeView): Promise<void> {
    const goAhead = await confirm({
      title: `Drain ${name}?`,
      text: 'Viewers and people who broadcast from a browser move to other nodes without interruption. Encoders such as OBS are disconnected after DRAIN_SECONDS and must reconnect. The node accepts no new viewers or broadcasts until you cancel the drain or restart the node.',
      action: 'Drain',
      danger: true,
    });
    if (!goAhead) return;
    await attempt(() => adminApi.drainNode(id), `${name} is draining.`);
    await reload();
  }
  async function cancel({ id, name }: AdminNodeView): Promise<void> {
    await attempt(() => adminApi.cancelDrain(id), `${name} accepts new viewers again.`);
    await reload();
  }
  return (
    <Card>
      <div class="section-head">
        <h2>Nodes</h2>
        <Button onClick={() => void reload()}>Refresh</Button>
      </div>
      <WhenLoaded state={state} onRetry={() => void reload()}>
        {(nodes) => (
          <>
            {nodes.filter(isRunning).length < 2 && (
              <p class="section-lead muted">
                {nodes.length === 1 ? 'This is the only node' : 'Only one node is running'}, so it
                can’t be drained: no other node could take its viewers and broadcasts.
              </p>
            )}
            <ul class="rows">
              {nodes.map((node) => (
                <NodeRow
                  key={node.id}
                  node={node}
                  onDrain={canBeDrained(node, nodes) ? () => void drain(node) : null}
                  onCancel={() => void cancel(node)}
                />
              ))}
            </ul>
          </>
        )}
      </WhenLoaded>
    </Card>
  );
}

const isRunning = ({ state }: AdminNodeView): boolean => state === 'running';

/** Whether another node can take this node's clients. */
function canBeDrained(node: AdminNodeView, nodes: readonly AdminNodeView[]): boolean {
  return isRunning(node) && nodes.some((other) => other !== node && isRunning(other));
}

interface NodeRowProps {
  node: AdminNodeView;
  /** Drains the node; null if it can't be drained. */
  onDrain: (() => void) | null;
  /** Cancels the drain. */
  onCancel: () => void;
}

function NodeRow({ node, onDrain, onCancel }: NodeRowProps) {
  const { name, startedAt, version, state, load } = node;
  const { label, tone } = STATES[state];
  return (
    <li class="row">
      <div class="row-text">
        <h3>
          {name} <Badge tone={tone}>{label}</Badge>{' '}
          {load && isBusy(load) && <Badge tone="warn">Busy</Badge>}
        </h3>
        <p class="muted">
          Started {whenLabel(startedAt)}
          {version !== null && ` · version ${version}`}
          {hint(node) && ` · ${hint(node)}`}
        </p>
      </div>
      {onDrain && (
        <Button size="s" onClick={onDrain}>
          Drain
        </Button>
      )}
      {state === 'draining' && (
        <Button size="s" onClick={onCancel}>
          Cancel drain
        </Button>
      )}
      {load && <Load load={load} />}
    </li>
  );
}

/** Describes what the state means for the administrator; empty if nothing needs to be said. */
function hint({ state, url, load, lastSeenAt }: AdminNodeView): string {
  switch (state) {
    case 'unreachable':
      return `last seen ${whenLabel(lastSeenAt)}${url === null ? '' : `, at ${url}`}`;
    case 'draining':
      return load && load.viewers + load.broadcasts === 0
        ? 'no viewers or broadcasts left; you can stop it'
        : 'viewers and broadcasts are moving to other nodes';
    case 'running':
      return load ? '' : 'load unknown';
    default:
      return assertNever(state);
  }
}

function isBusy({ cpu, busiestWorker }: NodeLoad): boolean {
  return Math.max(cpu, busiestWorker) > BUSY;
}

/** Formats a share from 0 to 1. */
const share = (value: number): string => percent(Math.round(1_000 * value) / 10);

function Load({ load }: { load: NodeLoad }) {
  const { cores, cpu, busiestWorker, memoryBytes, outgoingBps, webRtcViewers } = load;
  const facts = [
    ['CPU', `${share(cpu)} of ${counted(cores, 'core')}`],
    ['Busiest media worker', `${share(busiestWorker)} of a core`],
    ['Viewers', `${count(load.viewers)} (${count(webRtcViewers)} over WebRTC)`],
    ['Broadcasts', count(load.broadcasts)],
    ['Sending', bitrate(outgoingBps.webRtc + outgoingBps.hls)],
    ['Connections', count(load.sockets)],
    ['Server’s memory', sizeLabel(memoryBytes)],
  ] as const;
  return (
    <dl class="node-load">
      {facts.map(([label, value]) => (
        <div key={label}>
          <dt class="muted">{label}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}
