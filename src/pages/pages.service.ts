import { Inject, Injectable } from '@nestjs/common';
import { isProtected } from '../access/access-policy.js';
import type { GrantedAccess } from '../access/granted-access.js';
import { channelNotFound } from '../access/refusals.js';
import { type Visitor } from '../access/visitor.js';
import { AccountService } from '../auth/account.service.js';
import { ChannelService } from '../channels/channel.service.js';
import { MEDIA, type MediaPort } from '../broadcast/ports/media.js';
import { DomainError } from '../common/domain-error.js';
import type { Identity } from '../common/identity.js';
import { CONFIG, type Config } from '../config/config.js';
import type { ChannelView } from '../protocol/channel.js';
import type { SharingSettings } from '../protocol/sharing.js';
import { RecordedPages } from '../recordings/recorded-pages.js';
import type { Page } from '../common/http/send-page.js';
import { type PageInfo, renderPage } from '../common/http/page-html.js';
import { SharingSettingsService } from '../sharing/sharing-settings.service.js';
import { type PageName, PageTemplates } from './page-templates.js';

const ABOUT = 'Live video with sub-second latency, and live chat.';

/** A page that doesn't belong to a channel. */
export type FixedPage = Readonly<{ page: PageName; title: string }>;

/** The reader of a recording page or clip page. */
type Reader = Readonly<{ visitor: Visitor; identity: Identity }>;

/** Renders pages by combining a built page with its metadata and boot data. */
@Injectable()
export class PagesService {
  constructor(
    private readonly templates: PageTemplates,
    private readonly accounts: AccountService,
    private readonly channels: ChannelService,
    private readonly recorded: RecordedPages,
    private readonly sharing: SharingSettingsService,
    @Inject(MEDIA) private readonly media: MediaPort,
    @Inject(CONFIG) private readonly config: Config,
  ) {}

  /**
   * Renders a page that doesn't belong to a channel.
   * @throws {DomainError} `unavailable` if the web pages have not been built
   */
  async fixed(path: string, { page, title }: FixedPage, identity: Identity): Promise<Page> {
    return this.#render(page, this.#info(path, title, ABOUT), { identity, channel: null });
  }

  /**
   * Renders a stage guest's page. The page reveals nothing about the channel, because the
   * invitation is in the part of the address that browsers don't send.
   * @throws {DomainError} `unavailable` if the web pages have not been built
   */
  async ofGuest(name: string, identity: Identity): Promise<Page> {
    const about = 'You are invited to appear in a live broadcast.';
    const info = {
      ...this.#info(`/stage/${name}`, 'Join the stage · Onair', about),
      listed: false,
    };
    return this.#render('guest', info, { identity, channel: null });
  }

  /**
   * Renders a channel page or, until the password is entered, a page that reveals only the
   * channel's name.
   * @throws {DomainError} `channel_not_found`; `unavailable` if the web pages have not been built
   */
  async ofChannel(
    page: 'watch' | 'embed',
    name: string,
    { identity, granted }: Readonly<{ identity: Identity; granted: GrantedAccess | null }>,
  ): Promise<Page> {
    if (granted === null) throw channelNotFound(name);
    const { access, isLocked } = granted;
    if (isLocked) return this.#locked(page, name, identity);
    const [channel, sharing] = await Promise.all([
      this.channels.get(name).then((found) => this.channels.view(found)),
      this.sharing.of(access.id),
    ]);
    const title =
      channel.title === '' ? `${channel.name} · Onair` : `${channel.title} · ${channel.name}`;
    const { owner } = channel;
    const about = channel.broadcast
      ? `${owner} is live now on Onair.`
      : `A channel by ${owner} on Onair.`;
    const info = this.#info(`/${channel.name}`, title, about);
    const listed = access.visibility === 'public';
    // Link previews have no pass, so images that they can't fetch are omitted.
    const image =
      !isProtected(access) && channel.thumbnail ? this.#absolute(channel.thumbnail) : null;
    return this.#render(page, { ...info, image, listed }, { identity, channel, sharing });
  }

  /**
   * Renders a recording page or clip page or, until the channel's password is entered, a page that
   * asks for the password.
   * @throws {DomainError} `recording_not_found`, `clip_not_found`; `unavailable` if the web pages
   *   have not been built
   */
  async ofRecorded(
    kind: 'recordings' | 'clips',
    id: string,
    { visitor, identity }: Reader,
  ): Promise<Page> {
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
  async notFound(identity: Identity | null): Promise<Page> {
    const info = this.#info('/', 'Page not found · Onair', ABOUT);
    return this.#render('not-found', info, { identity, channel: null });
  }

  // oxlint-disable-next-line max-params -- The page, its channel, its reader and its path.
  #locked(
    page: 'watch' | 'embed' | 'recording',
    name: string,
    identity: Identity,
    path = `/${name}`,
  ): Promise<Page> {
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

  /** Makes one of the server's URLs absolute. The URL must already contain the base path. */
  #absolute(path: string): string {
    return new URL(path, this.config.http.publicUrl).href;
  }

  async #render(
    name: PageName,
    info: PageInfo,
    {
      identity,
      channel,
      sharing = null,
      locked = null,
    }: {
      identity: Identity | null;
      channel: ChannelView | null;
      sharing?: SharingSettings | null;
      locked?: string | null;
    },
  ): Promise<Page> {
    const template = await this.templates.get(name);
    if (template === null)
      throw new DomainError(
        'unavailable',
        'The web pages have not been built yet. Run “npm run build”, or start with “npm start”.',
      );
    const account = identity?.account && (await this.accounts.find(identity.account.id));
    const html = renderPage(template.html, info, {
      account: account ? this.accounts.view(account) : null,
      channel,
      sharing,
      locked,
      rtpCapabilities: this.media.rtpCapabilities,
      chatGuests: this.config.chat.guests,
      rewindMs: this.config.hls.rewindMs,
      graceMs: this.config.broadcast.graceMs,
      basePath: this.config.http.basePath,
    });
    return { html, scriptHashes: template.scriptHashes };
  }
}
