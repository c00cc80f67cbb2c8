import type { FastifyRequest } from 'fastify';
import type { Identity } from '../common/identity.js';

const identities = new WeakMap<FastifyRequest, Identity>();

/** Keeps who a request is from, for whoever asks later. */
export function rememberIdentity(request: FastifyRequest, identity: Identity): void {
  identities.set(request, identity);
}

/** Who the request is from, as far as it was found out: null when nobody asked yet, or that failed. */
export function knownIdentity(request: FastifyRequest): Identity | null {
  return identities.get(request) ?? null;
}
