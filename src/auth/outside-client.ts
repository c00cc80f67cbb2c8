import { SetMetadata } from '@nestjs/common';

/** The metadata key of {@link ForOutsideClients}. */
export const OUTSIDE_CLIENT = 'onair:outside-client';

/**
 * On a controller: serves programs and pages of any site, which authenticate with a key or token
 * rather than with credentials that a browser adds by itself. Cookies of requests from other sites
 * are removed, and an Authorization header that isn't an API token is left to the controller.
 */
export const ForOutsideClients = (): ClassDecorator => SetMetadata(OUTSIDE_CLIENT, true);
