import { type DynamicModule, Module } from '@nestjs/common';
import { AuthModule } from '../auth/auth.module.js';
import { BroadcastModule } from '../broadcast/broadcast.module.js';
import { SharingModule } from '../sharing/sharing.module.js';
import { PageTemplates } from './page-templates.js';
import { PagesController } from './pages.controller.js';
import { PagesService } from './pages.service.js';

/** Serves the web pages, with the data that they need to start. */
@Module({})
export class PagesModule {
  /** @param webRoot the web build's folder */
  static of(webRoot: string): DynamicModule {
    return {
      module: PagesModule,
      imports: [AuthModule, BroadcastModule, SharingModule],
      controllers: [PagesController],
      providers: [PagesService, { provide: PageTemplates, useValue: new PageTemplates(webRoot) }],
    };
  }
}
