import { Injectable } from '@nestjs/common';
import { assertNever } from '../../protocol/assert-never.js';
import { DomainError } from '../../common/domain-error.js';
import { FollowService } from '../../follows/follow.service.js';
import type { TokenScope } from '../../protocol/account-tokens.js';
import type { ForWhom } from '../../protocol/chat-commands.js';
import type { ChatRoom } from '../room/chat-room.js';
import type { ChatSender } from '../room/chat-sender.js';
import { Bans } from '../moderation/bans.js';
import { Moderation } from '../moderation/moderation.js';
import { Moderators } from '../moderation/moderators.js';
import { inWords } from '../rules/duration.js';
import { ChatSettingsService } from '../moderation/chat-settings.service.js';
import { assertInScope } from './command-scopes.js';
import { type Command, parseCommand, usages } from './parse-command.js';

/** Runs slash commands. Each command's service checks permissions. */
@Injectable()
export class Commands {
  constructor(
    private readonly bans: Bans,
    private readonly moderation: Moderation,
    private readonly moderators: Moderators,
    private readonly settings: ChatSettingsService,
    private readonly follows: FollowService,
  ) {}

  /**
   * Resolves with a sentence that describes what was done.
   * @param typed.scopes the scopes of the API token with which the command was sent; undefined for
   *   a person
   * @throws {DomainError} `unknown_command`; `bad_request` with the usage; and the errors of the
   *   command's service
   */
  async run(
    room: ChatRoom,
    sender: ChatSender,
    { text, scopes }: { text: string; scopes: readonly TokenScope[] | undefined },
  ): Promise<string> {
    const parsed = parseCommand(text);
    if (parsed.ok) {
      assertInScope(parsed.command, scopes);
      return this.#do(room, sender, parsed.command);
    }
    if ('usage' in parsed) throw new DomainError('bad_request', `Usage: ${parsed.usage}`);
    throw new DomainError(
      'unknown_command',
      `There is no command “/${parsed.unknown}”. Type /help for the list of commands.`,
    );
  }

  async #do(room: ChatRoom, sender: ChatSender, command: Command): Promise<string> {
    switch (command.name) {
      case 'help':
        return usages(forWhom(room, sender)).join('\n');
      case 'follow':
      case 'unfollow':
        return this.#follow(room, sender, command.name);
      case 'timeout':
      case 'ban':
      case 'unban':
        return this.#ban(room, sender, command);
      case 'clear': {
        const deleted = await this.moderation.clear(room, sender, { name: command.who });
        return `Deleted ${deleted} ${deleted === 1 ? 'message' : 'messages'} by ${command.who}.`;
      }
      case 'delete':
        await this.moderation.delete(room, sender, command.seq);
        return 'Message deleted.';
      case 'restore':
        await this.moderation.restore(room, sender, command.seq);
        return 'Message restored.';
      case 'pin':
        await this.moderation.pin(room, sender, command.seq);
        return 'Message pinned.';
      case 'unpin':
        await this.moderation.pin(room, sender, null);
        return 'No message is pinned.';
      case 'rules':
        await this.settings.change(room, sender, { rules: command.rules });
        return 'Chat rules changed.';
      case 'mod':
        return `${await this.moderators.appoint(room, sender, command.who)} is now a moderator.`;
      case 'unmod':
        return `${await this.moderators.dismiss(room, sender, command.who)} is no longer a moderator.`;
      default:
        return assertNever(command);
    }
  }

  async #ban(
    room: ChatRoom,
    sender: ChatSender,
    command: Exclude<Command, { name: Exclude<Command['name'], 'timeout' | 'ban' | 'unban'> }>,
  ): Promise<string> {
    const { who: name } = command;
    if (command.name === 'unban') {
      await this.bans.unban(room, sender, { name });
      return `${name} can chat again.`;
    }
    const { reason } = command;
    if (command.name === 'ban')
      return `${(await this.bans.ban(room, sender, { name, reason })).name} is banned.`;
    const { seconds } = command;
    const ban = await this.bans.timeOut(room, sender, { name, reason, seconds });
    return `${ban.name} can’t chat for ${inWords(seconds * 1_000)}.`;
  }

  async #follow(
    room: ChatRoom,
    { account }: ChatSender,
    name: 'follow' | 'unfollow',
  ): Promise<string> {
    if (account === null) throw new DomainError('not_logged_in', 'Log in to follow channels.');
    await this.follows[name](room.channel, account.id);
    return name === 'follow'
      ? 'You now follow this channel.'
      : 'You no longer follow this channel.';
  }
}

function forWhom(room: ChatRoom, { account, author }: ChatSender): ReadonlySet<ForWhom> {
  const all: ForWhom[] = ['everybody'];
  if (account) all.push('accounts');
  if (room.isModerator(author)) all.push('moderators');
  if (room.isOwner(author)) all.push('owner');
  return new Set(all);
}
