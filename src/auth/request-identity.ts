import type { FastifyRequest } from 'fastify';
import type { Identity } from '../common/identity.js';

const identities = new WeakMap<FastifyRequest, Identity>();

/** Stores the identity of a request's sender for later use. */
export function rememberIdentity(request: FastifyRequest, identity: Identity): void {
  identities.set(request, identity);
}

/** Returns the stored identity; null if the sender was not identified. */
export function knownIdentity(request: FastifyRequest): Identity | null {
  return identities.get(request) ?? null;
}
