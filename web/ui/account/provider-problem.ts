/** What to say about a way to the provider and back that failed; by the error's code. */
export function providerProblem(code: string): string {
  switch (code) {
    case 'registration_closed':
      return 'New accounts can’t be made here. Ask the people who run this service.';
    case 'invitation_needed':
      return 'Accounts are made by invitation here. Open the link that you were sent.';
    case 'account_disabled':
      return 'This account was disabled. Ask the people who run this service.';
    case 'conflict':
      return 'You are connected to another account here already.';
    case 'username_taken':
      return 'No free name was found for your account. Try again.';
    default:
      return 'Logging in there did not work. Try again.';
  }
}
