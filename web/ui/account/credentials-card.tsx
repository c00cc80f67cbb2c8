import type { ComponentChildren } from 'preact';
import { Card } from '../components/card.js';
import { Mark } from '../shell/brand.js';
import './credentials-card.css';

export interface CredentialsCardProps {
  title: string;
  lead: string;
  children: ComponentChildren;
  /** A link to the other form. */
  elsewhere: ComponentChildren;
  onSubmit: (event: Event) => void;
}

/** The narrow card of the login, registration and setup forms. */
export function CredentialsCard(props: CredentialsCardProps) {
  return (
    <Card narrow>
      {/* The server validates the fields, and its errors would be hidden by the browser's own messages. */}
      <form class="credentials" onSubmit={props.onSubmit} noValidate>
        <div class="credentials-head">
          <Mark size={40} />
          <h1>{props.title}</h1>
          <p class="muted">{props.lead}</p>
        </div>
        {props.children}
        <p class="credentials-elsewhere muted">{props.elsewhere}</p>
      </form>
    </Card>
  );
}
