import { SetMetadata } from '@nestjs/common';

/** Where {@link ForOutsideClients} leaves its mark. */
export const OUTSIDE_CLIENT = 'onair:outside-client';

/**
 * On a controller: serves programs and pages of any site, which authenticate by a key or token and
 * not by anything a browser adds on its own. Requests from other sites lose their cookies, and the
 * controller reads an Authorization header that is no API token.
 */
export const ForOutsideClients = (): ClassDecorator => SetMetadata(OUTSIDE_CLIENT, true);
