import { Module } from '@nestjs/common';
import { APP_GUARD } from '@nestjs/core';
import { DbModule } from '../db/db.module.js';
import { AccountNames } from './account-names.js';
import { SecurityLogModule } from '../security-log/security-log.module.js';
import { AccountRepository } from './account.repository.js';
import { AccountService } from './account.service.js';
import { AvatarController } from './avatar/avatar.controller.js';
import { AvatarEncoder } from './avatar/avatar-encoder.js';
import { AvatarRepository } from './avatar/avatar.repository.js';
import { AvatarService } from './avatar/avatar.service.js';
import { PictureBodies } from './avatar/picture-bodies.js';
import { AuthController } from './auth.controller.js';
import { SHARED_GUESSES } from '../common/shared-guesses.js';
import { LOG, type Log } from '../common/logger.js';
import { CONFIG, type Config } from '../config/config.js';
import { Jobs } from '../db/jobs.js';
import { PrismaService } from '../db/prisma.service.js';
import { Secrets } from '../secrets/secrets.js';
import { GuessRepository } from './guess.repository.js';
import { KnownDevices } from './known-devices.js';
import { LogInService } from './log-in.service.js';
import { LoginThrottle } from './login-throttle.js';
import { OriginGuard } from './origin.guard.js';
import { OwnerCheck } from './owner-check.js';
import { ExternalIdentityRepository } from './oidc/external-identity.repository.js';
import { LogInStates } from './oidc/log-in-states.js';
import { OidcClient } from './oidc/oidc-client.js';
import { OidcController } from './oidc/oidc.controller.js';
import { OidcService } from './oidc/oidc.service.js';
import { PasswordHasher } from './password-hasher.js';
import { ProfileController } from './profile/profile.controller.js';
import { ProfileService } from './profile/profile.service.js';
import { InvitationRepository } from './registration/invitation.repository.js';
import { RegistrationService } from './registration/registration.service.js';
import { SettingRepository } from './registration/setting.repository.js';
import { CodeCheck } from './second-factor/code-check.js';
import { SecondFactorController } from './second-factor/second-factor.controller.js';
import { SecondFactorRepository } from './second-factor/second-factor.repository.js';
import { SecondFactorService } from './second-factor/second-factor.service.js';
import { SessionRepository } from './sessions/session.repository.js';
import { SessionService } from './sessions/session.service.js';
import { SessionController } from './sessions/session.controller.js';
import { ApiTokenController } from './tokens/api-token.controller.js';
import { ApiTokenGuard } from './tokens/api-token.guard.js';
import { ApiTokenRepository } from './tokens/api-token.repository.js';
import { ApiTokenService } from './tokens/api-token.service.js';

/**
 * Provides accounts and logins. Exports sessions, because `@Identified()` and `@LoggedIn()` need
 * them in every module.
 */
@Module({
  imports: [DbModule, SecurityLogModule],
  controllers: [
    AuthController,
    ProfileController,
    SessionController,
    ApiTokenController,
    SecondFactorController,
    OidcController,
    AvatarController,
  ],
  providers: [
    AccountNames,
    AccountRepository,
    AccountService,
    ApiTokenRepository,
    AvatarEncoder,
    CodeCheck,
    AvatarRepository,
    AvatarService,
    PictureBodies,
    ApiTokenService,
    KnownDevices,
    LogInService,
    LoginThrottle,
    {
      provide: SHARED_GUESSES,
      inject: [CONFIG, PrismaService, Secrets, Jobs, LOG],
      useFactory: ({ node }: Config, db: PrismaService, secrets: Secrets, jobs: Jobs, log: Log) =>
        node.url === null ? null : new GuessRepository(db, secrets, jobs, log),
    },
    PasswordHasher,
    InvitationRepository,
    LogInStates,
    ExternalIdentityRepository,
    OidcClient,
    OidcService,
    OwnerCheck,
    ProfileService,
    RegistrationService,
    SecondFactorRepository,
    SecondFactorService,
    SettingRepository,
    SessionRepository,
    SessionService,
    { provide: APP_GUARD, useClass: OriginGuard },
    { provide: APP_GUARD, useClass: ApiTokenGuard },
  ],
  exports: [
    AccountNames,
    AccountService,
    ApiTokenService,
    LogInService,
    OwnerCheck,
    PasswordHasher,
    RegistrationService,
    SessionService,
    SHARED_GUESSES,
  ],
})
export class AuthModule {}
