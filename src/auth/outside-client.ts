import { SetMetadata } from '@nestjs/common';

/** Where {@link ForOutsideClients} leaves its mark. */
export const OUTSIDE_CLIENT = 'onair:outside-client';

/**
 * On a controller: it is for programs and for pages of any site, which show what they were given (a key,
 * a token) and nothing that a browser adds by itself. Requests from other sites are let through without
 * their cookies, and an Authorization that is no API token is the controller's to read.
 */
export const ForOutsideClients = (): ClassDecorator => SetMetadata(OUTSIDE_CLIENT, true);
