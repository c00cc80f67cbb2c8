/** Explains why a login through the provider failed, based on the error's code. */
export function providerProblem(code: string): string {
  switch (code) {
    case 'registration_closed':
      return 'Registration is closed on this server. Contact an administrator.';
    case 'invitation_needed':
      return 'Registration on this server requires an invitation. Open the link that you were sent.';
    case 'account_disabled':
      return 'This account is disabled. Contact an administrator of this server.';
    case 'conflict':
      return 'This identity is already connected to another account.';
    case 'username_taken':
      return 'Couldn’t find a free username for your account. Try again.';
    default:
      return 'The login failed. Try again.';
  }
}
