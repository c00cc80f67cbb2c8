import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from 'node:http';
import type { NodeId } from './cluster.js';
import { CallError } from './node-calls.js';

/** A response to a GET request, with its whole body. */
export type NodeResource = Readonly<{
  status: number;
  headers: IncomingHttpHeaders;
  body: Buffer;
}>;

export type ResourceOptions = Readonly<{
  headers?: Readonly<Record<string, string>>;
  /** Aborts the request. The other node notices that the connection was closed. */
  signal: AbortSignal;
  /** The maximum length of the body, in bytes; a longer one fails. */
  maxBytes: number;
}>;

/**
 * Answers a GET request from another node.
 * @param path the path that was requested, with its query and a leading slash
 */
export type ResourceHandler = (
  path: string,
  request: IncomingMessage,
  response: ServerResponse,
) => void | Promise<void>;

/**
 * GET requests from node to node, for data that isn't JSON and may take a while to exist. They are
 * signed like calls, and each signature is valid once.
 */
export interface NodeResources {
  /**
   * Fetches a path, with its query and without a leading slash. Waits for as long as the other node
   * is alive.
   * @throws {CallError} if the node can't be reached, has ended, or refuses
   */
  get(node: NodeId, path: string, options: ResourceOptions): Promise<NodeResource>;
  /** Answers GET requests for paths whose first segment is this one. */
  serve(folder: string, handler: ResourceHandler): void;
}

/** Nest's injection token for {@link NodeResources}. */
export const NODE_RESOURCES = Symbol('NodeResources');

/** The resources of a single-node service, which has no other nodes to ask. */
export const SOLO_RESOURCES: NodeResources = {
  get: (node) => Promise.reject(new CallError('gone', `node ${node} does not exist`)),
  serve: () => undefined,
};

/** Returns the text that a GET request's signature covers in place of a call's name. */
export const resourceCall = (path: string): string => `GET ${path}`;
