/**
 * The query parameter of a socket connection that a client opens to move to another node. Load
 * balancers must not route it to the node that the client is leaving.
 */
export const MOVING_QUERY = 'moving';
