/**
 * The query parameter of a socket that a client opens in order to move to another node. Balancers
 * must not send it to the node that the client is leaving.
 */
export const MOVING_QUERY = 'moving';
