import { Module } from '@nestjs/common';
import { APP_GUARD } from '@nestjs/core';
import { DbModule } from '../db/db.module.js';
import { AccountRepository } from './account.repository.js';
import { AccountService } from './account.service.js';
import { AuthController } from './auth.controller.js';
import { LoginThrottle } from './login-throttle.js';
import { OriginGuard } from './origin.guard.js';
import { PasswordHasher } from './password-hasher.js';
import { SessionRepository } from './session.repository.js';
import { SessionService } from './session.service.js';

/** Accounts and log-ins; gives every module `@Identified()` and `@LoggedIn()` by exporting sessions. */
@Module({
  imports: [DbModule],
  controllers: [AuthController],
  providers: [
    AccountRepository,
    AccountService,
    LoginThrottle,
    PasswordHasher,
    SessionRepository,
    SessionService,
    { provide: APP_GUARD, useClass: OriginGuard },
  ],
  exports: [AccountService, PasswordHasher, SessionService],
})
export class AuthModule {}
