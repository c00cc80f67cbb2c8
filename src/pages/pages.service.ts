import { Inject, Injectable } from '@nestjs/common';
import { isProtected } from '../access/access-policy.js';
import { AccessService } from '../access/access.service.js';
import { type Visitor } from '../access/visitor.js';
import { AccountService } from '../auth/account.service.js';
import { ChannelService } from '../channels/channel.service.js';
import { MEDIA, type MediaPort } from '../broadcast/ports/media.js';
import { DomainError } from '../common/domain-error.js';
import type { Identity } from '../common/identity.js';
import { CONFIG, type Config } from '../config/config.js';
import type { ChannelView } from '../protocol/channel.js';
import { RecordedPages } from '../recordings/recorded-pages.js';
import { type PageInfo, renderPage } from '../common/http/page-html.js';
import { type PageName, PageTemplates } from './page-templates.js';

const ABOUT = 'Live video that arrives in less than a second, and a chat beside it.';

/** A page that belongs to no channel. */
export type FixedPage = Readonly<{ page: PageName; title: string }>;

/** The reader of a page. */
type Reader = Readonly<{ visitor: Visitor; identity: Identity }>;

/** Renders pages: the built page, its metadata, and its boot data. */
@Injectable()
export class PagesService {
  // oxlint-disable-next-line max-params -- Nest's injection: what it uses, the media port, the configuration.
  constructor(
    private readonly templates: PageTemplates,
    private readonly accounts: AccountService,
    private readonly channels: ChannelService,
    private readonly recorded: RecordedPages,
    private readonly access: AccessService,
    @Inject(MEDIA) private readonly media: MediaPort,
    @Inject(CONFIG) private readonly config: Config,
  ) {}

  /**
   * Renders a page that belongs to no channel.
   * @throws {DomainError} `unavailable` before the web build
   */
  async fixed(path: string, { page, title }: FixedPage, identity: Identity): Promise<string> {
    return this.#render(page, this.#info(path, title, ABOUT), { identity, channel: null });
  }

  /**
   * Renders a channel's page; until its password is entered, one that reveals only its name.
   * @throws {DomainError} `channel_not_found`; `unavailable` before the web build
   */
  async ofChannel(
    page: 'watch' | 'embed',
    name: string,
    { visitor, identity }: Reader,
  ): Promise<string> {
    const access = await this.access.find(name);
    if (this.access.decide(access, visitor) === 'password_needed')
      return this.#locked(page, name, identity);
    await this.access.enter(name, visitor);
    const channel = this.channels.view(await this.channels.get(name));
    const title =
      channel.title === '' ? `${channel.name} · Onair` : `${channel.title} · ${channel.name}`;
    const about = `${channel.broadcast ? 'Live now' : 'A channel'} by ${channel.owner} on Onair.`;
    const info = this.#info(`/${channel.name}`, title, about);
    const listed = access?.visibility === 'public';
    // Link previewers have no pass, so images that they can't fetch are not named.
    const isOpen = access !== null && !isProtected(access);
    const image = isOpen && channel.thumbnail ? this.#absolute(channel.thumbnail) : null;
    return this.#render(page, { ...info, image, listed }, { identity, channel });
  }

  /**
   * Renders the page of a recording or a clip; until its channel's password is entered, one that
   * asks for it.
   * @throws {DomainError} `recording_not_found`, `clip_not_found`; `unavailable` before the web
   *   build
   */
  async ofRecorded(
    kind: 'recordings' | 'clips',
    id: string,
    { visitor, identity }: Reader,
  ): Promise<string> {
    const path = `/${kind}/${id}`;
    const page = await (kind === 'clips'
      ? this.recorded.ofClip(id, visitor)
      : this.recorded.ofRecording(id, visitor));
    if (page.locked) return this.#locked('recording', page.channel, identity, path);
    const { title, about, listed } = page;
    const image = page.image && this.#absolute(page.image);
    const info = { ...this.#info(path, title, about), image, listed };
    return this.#render('recording', info, { identity, channel: null });
  }

  /** Renders the page for unknown addresses. */
  async notFound(identity: Identity | null): Promise<string> {
    const info = this.#info('/', 'Page not found · Onair', ABOUT);
    return this.#render('not-found', info, { identity, channel: null });
  }

  // oxlint-disable-next-line max-params -- which page of what for whom, and where.
  #locked(
    page: 'watch' | 'embed' | 'recording',
    name: string,
    identity: Identity,
    path = `/${name}`,
  ): Promise<string> {
    const about = 'This channel has a password.';
    const info = { ...this.#info(path, `${name} · Onair`, about), listed: false };
    return this.#render(page, info, { identity, channel: null, locked: name });
  }

  #info(path: string, title: string, description: string): PageInfo {
    return {
      title,
      description,
      url: `${this.config.http.publicUrl}${path}`,
      image: null,
      listed: true,
    };
  }

  /** Makes one of the service's URLs absolute; it already has the base path. */
  #absolute(path: string): string {
    return new URL(path, this.config.http.publicUrl).href;
  }

  async #render(
    name: PageName,
    info: PageInfo,
    {
      identity,
      channel,
      locked = null,
    }: { identity: Identity | null; channel: ChannelView | null; locked?: string | null },
  ): Promise<string> {
    const template = await this.templates.get(name);
    if (template === null)
      throw new DomainError(
        'unavailable',
        'The web pages have not been built yet. Type “npm run build”, or start with “npm start”.',
      );
    const account = identity?.account && (await this.accounts.find(identity.account.id));
    return renderPage(template, info, {
      account: account ? this.accounts.view(account) : null,
      channel,
      locked,
      rtpCapabilities: this.media.rtpCapabilities,
      chatGuests: this.config.chat.guests,
      rewindMs: this.config.hls.rewindMs,
      basePath: this.config.http.basePath,
    });
  }
}
