import {
  applyDecorators,
  type CanActivate,
  type ExecutionContext,
  Injectable,
  UseGuards,
} from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { LoggedIn } from '../auth/identity.guard.js';
import { knownIdentity } from '../auth/request-identity.js';
import { DomainError } from '../common/domain-error.js';
import { AllowToken } from '../auth/tokens/token-scope.js';

/** Rejects everyone except administrators. The role is read from the database on each request. */
@Injectable()
class AdministratorGuard implements CanActivate {
  canActivate(context: ExecutionContext): boolean {
    const identity = knownIdentity(context.switchToHttp().getRequest<FastifyRequest>());
    if (identity?.account?.isAdmin !== true)
      throw new DomainError('forbidden', 'This requires an administrator account.');
    return true;
  }
}

/** On a controller: allows administrators, and their API tokens with the scope `admin`. */
export const ForAdministrators = () =>
  applyDecorators(LoggedIn(), UseGuards(AdministratorGuard), AllowToken('admin'));
