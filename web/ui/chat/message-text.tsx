import { textPieces } from './text-pieces.js';

export interface MessageTextProps {
  text: string;
  mentions: readonly string[];
  /** The user's own name, in the form used in mentions. */
  me: string | null;
}

/** A message's text, with links and mentions marked. */
export function MessageText({ text, mentions, me }: MessageTextProps) {
  return (
    <span class="message-text">
      {textPieces(text, { mentions, me }).map((piece, index) => {
        if (piece.kind === 'text') return piece.text;
        if (piece.kind === 'mention')
          return (
            <span
              key={index}
              class={piece.isMe ? 'message-mention message-mention-me' : 'message-mention'}
            >
              {piece.text}
            </span>
          );
        return (
          <a
            key={index}
            href={piece.href}
            target="_blank"
            rel="noopener nofollow ugc"
            referrerpolicy="no-referrer"
          >
            {piece.text}
          </a>
        );
      })}
    </span>
  );
}
