import { SetMetadata } from '@nestjs/common';

/** The metadata key of {@link ForOutsideClients}. */
export const OUTSIDE_CLIENT = 'onair:outside-client';

/**
 * On a controller: serves programs, and pages from any site, that authenticate with a key or token
 * rather than with credentials that a browser adds by itself. Cookies are removed from cross-site
 * requests, and an Authorization header that isn't an API token is left to the controller.
 */
export const ForOutsideClients = (): ClassDecorator => SetMetadata(OUTSIDE_CLIENT, true);
