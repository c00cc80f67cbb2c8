import type { IncomingMessage } from 'node:http';
import { CallVerifier } from '../../src/cluster/call-signature.js';
import type { Cluster, ClusterEvents, ClusterNode } from '../../src/cluster/cluster.js';
import { HttpResources } from '../../src/cluster/http-resources.js';
import { NodeServer } from '../../src/cluster/node-server.js';
import { systemClock } from '../../src/common/clock.js';
import { createLog } from '../../src/common/logger.js';
import { TypedEmitter } from '../../src/common/typed-emitter.js';
import { BroadcastOrigins } from '../../src/hls/delivery/broadcast-origins.js';
import { HlsEdge } from '../../src/hls/delivery/hls-edge.js';
import { Secrets } from '../../src/secrets/secrets.js';
import { freePort } from './free-port.js';
import { HlsScene } from './hls-scene.js';

const secrets = new Secrets(Buffer.alloc(32, 1));
const log = createLog({ level: 'silent', format: 'text' });

type Origin = Readonly<{ channel: string; nodeId: string }>;

/** Reports which channel runs on which node, as configured by the test. */
class HeldDirectory {
  readonly #emitter = new TypedEmitter<{ appeared: [Origin]; changed: [Origin]; gone: [Origin] }>();
  readonly events = this.#emitter.listenable;
  readonly #byName = new Map<string, Origin>();

  findByName(channel: string): Origin | null {
    return this.#byName.get(channel) ?? null;
  }

  put(channel: string, nodeId: string): void {
    const event = this.#byName.has(channel) ? 'changed' : 'appeared';
    this.#byName.set(channel, { channel, nodeId });
    this.#emitter.emit(event, { channel, nodeId });
  }

  drop(channel: string): void {
    const known = this.#byName.get(channel);
    if (!known || !this.#byName.delete(channel)) return;
    this.#emitter.emit('gone', known);
  }
}

/** Nodes that deliver HLS. They send each other real requests, but have no database. */
export class HlsNodes {
  readonly #nodes = new Map<string, ClusterNode>();
  readonly #emitter = new TypedEmitter<ClusterEvents>();
  readonly #open: HlsNode[] = [];

  async start(id: string): Promise<HlsNode> {
    const url = `http://127.0.0.1:${await freePort()}`;
    const node = {
      id,
      name: id,
      url,
      startedAt: new Date(),
      seenAt: new Date(),
      draining: false,
      proto: 1,
    };
    this.#nodes.set(id, node);
    const cluster: Cluster = {
      self: id,
      clockAheadMs: 0,
      nodes: this.#nodes,
      events: this.#emitter.listenable,
      isDead: (one) => Promise.resolve(!this.#nodes.has(one)),
      drain: () => Promise.resolve(false),
      endDrain: () => Promise.resolve(),
      hasOther: () => Promise.resolve(false),
    };
    const started = await HlsNode.start(cluster, url);
    this.#open.push(started);
    return started;
  }

  /** Notifies all nodes that a node has left. */
  leave(id: string): void {
    const node = this.#nodes.get(id);
    this.#nodes.delete(id);
    if (node) this.#emitter.emit('left', node);
  }

  async close(): Promise<void> {
    for (const node of this.#open) await node.close();
  }
}

export class HlsNode {
  readonly directory = new HeldDirectory();
  /** The paths that other nodes fetched from this node. */
  readonly served: string[] = [];
  readonly url: string;
  scene!: HlsScene;
  edge!: HlsEdge;
  readonly #server: NodeServer;
  readonly #resources: HttpResources;
  #isGone = false;

  private constructor(url: string, server: NodeServer, resources: HttpResources) {
    this.url = url;
    this.#server = server;
    this.#resources = resources;
  }

  static async start(cluster: Cluster, url: string): Promise<HlsNode> {
    const server = await NodeServer.listen({
      url: new URL(url),
      verifier: new CallVerifier(secrets, cluster.self),
      isMember: async (id) => cluster.nodes.has(id),
      clock: systemClock,
      log,
    });
    const resources = new HttpResources({
      self: cluster.self,
      find: async (id) => cluster.nodes.get(id) ?? null,
      server,
      secrets,
      clock: systemClock,
    });
    const node = new HlsNode(url, server, resources);
    node.scene = await HlsScene.open({
      resources: {
        get: (...args) => resources.get(...args),
        serve: (folder, handler) =>
          server.serve(folder, (path, request: IncomingMessage, response) => {
            node.served.push(path);
            return handler(path, request, response);
          }),
      },
      edgeOf: (local, clock) => {
        const origins = new BroadcastOrigins(node.directory, clock);
        node.edge = new HlsEdge({ cluster, resources, origins, local, clock });
        return node.edge;
      },
    });
    return node;
  }

  /** Stops listening for other nodes, as if the node had died. */
  async vanish(): Promise<void> {
    this.#isGone = true;
    await this.#server.close();
  }

  async close(): Promise<void> {
    this.edge.onApplicationShutdown();
    await this.scene.close();
    this.#resources.close();
    if (!this.#isGone) await this.vanish();
  }
}
