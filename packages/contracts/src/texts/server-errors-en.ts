import type { ErrorText } from './error-text.ts';

/** What errors of the server say, by their codes: the API and the command line speak with one voice. */
export const enServerErrors = {
  ACCESS_REFUSED: {
    message: 'this account may not do that',
    hint: 'If it is your work, ask an administrator for the role.',
  },
  ACCOUNT_DISABLED: { message: 'the account is disabled', hint: 'Enable it first.' },
  ACCOUNT_OWN: { message: 'nobody disables their own account', hint: 'Have another administrator do it.' },
  ACCOUNT_PASSWORD_WRONG: { message: 'the password is not right', hint: 'Type the present password of this account.' },
  ACCOUNT_UNKNOWN: { message: 'there is no such account', hint: 'Look at the list of accounts.' },
  ADMIN_LAST: {
    message: 'this is the last account that may administer',
    hint: 'Give the role to another account first.',
  },
  AGENCY_UNKNOWN: { message: 'there is no such agency', hint: 'Look at the list of agencies.' },
  ANSWER_LATE: { message: 'the answer took too long', hint: 'Try again later.' },
  APPROVAL_NOT_NEEDED: { message: 'that act needs no second person', hint: 'Do it without an approval.' },
  APPROVAL_NOT_YOURS: {
    message: 'this account may not decide about that: it asked for it, has decided already, or has not the role',
    hint: 'Have another person decide.',
  },
  APPROVAL_OVER: {
    message:
      'the approval is not good for this: it was used, refused or withdrawn, has expired, or is about something else',
    hint: 'Ask for a new one.',
  },
  APPROVAL_UNKNOWN: { message: 'there is no such approval', hint: 'Look at the list of approvals.' },
  BODY_MALFORMED: { message: 'the body of the request cannot be read', hint: 'Send one JSON document in UTF-8.' },
  BODY_MEDIA_TYPE_UNKNOWN: {
    message: 'the body of the request is not {{wanted}}',
    hint: 'Send it as {{wanted}} in UTF-8, and say so in Content-Type.',
  },
  BODY_TOO_LARGE: { message: 'the body of the request is larger than {{bytesMax}} bytes', hint: 'Send less at once.' },
  BUG_AUTH_REFUSED: { message: 'the login library refused what was checked before' },
  CURSOR_MALFORMED: {
    message: 'the cursor is not one of this list',
    hint: 'Send it exactly as it was given, or none to begin at the first page.',
  },
  DEVICE_CODE_OVER: {
    message: 'the code was used, is over, or never was one',
    hint: 'Run `lumbung login` again for a new code.',
  },
  DEVICE_DENIED: {
    message: 'the login was denied on the web page',
    hint: 'Begin again, and approve it there.',
  },
  ENDPOINT_UNKNOWN: { message: 'there is nothing at this address', hint: 'See the API page at /api.' },
  HOST_UNKNOWN: {
    message: 'this server is not known by that name',
    hint: 'Open the address in the settings, or set LUMBUNG_BASE_URL to this one.',
  },
  IDEMPOTENCY_ANSWER_NOT_KEPT: {
    message: 'this was done before, and its answer is shown only once',
    hint: 'Look whether the result is what you need; to do it again, send a new key.',
  },
  IDEMPOTENCY_KEY_MALFORMED: {
    message: 'an idempotency key is 8 to 128 visible ASCII characters',
    hint: 'Send a random UUID.',
  },
  IDEMPOTENCY_KEY_REUSED: {
    message: 'this idempotency key was used for another request',
    hint: 'Send a new key with every new request.',
  },
  IDEMPOTENCY_UNDER_WAY: {
    message: 'a request with this idempotency key is under way, or was cut off',
    hint: 'Look whether it was done before you send it with a new key.',
  },
  LISTEN_FAILED: {
    message: 'cannot listen on {{place}} ({{errno}})',
    hint: 'Choose another port in LUMBUNG_LISTEN, or stop the program that has it.',
  },
  LOGIN_BLOCKED: {
    message: 'too many failed logins; the next try is possible in {{waitSeconds}} seconds',
    hint: 'Wait, then try again. An administrator can send a link to choose a new password.',
  },
  LOGIN_CODE_REFUSED: {
    message: 'the code is not good',
    hint: 'Wait for the next code and type that one. Check that the clock of the telephone is right.',
  },
  LOGIN_NAME_NEEDED: {
    message: 'an account needs an e-mail address or a user name',
    hint: 'Keep one of them.',
  },
  LOGIN_NAME_TAKEN: {
    message: '{{name}} belongs to another account',
    hint: 'Choose another e-mail address or user name.',
  },
  LOGIN_OVER: { message: 'this login is over', hint: 'Begin again with the password.' },
  LOGIN_PROVIDER_SILENT: {
    message: 'the other house that knows the accounts does not answer as it should',
    hint: 'Try again later, or log in with a password.',
  },
  LOGIN_PROVIDER_UNKNOWN: {
    message: 'there is no such way to log in',
    hint: 'Choose one of those on the login page.',
  },
  LOGIN_REFUSED: {
    message: 'name and password do not belong together',
    hint: 'Check both. An administrator can send a link to choose a new password.',
  },
  METHOD_UNKNOWN: { message: 'this address answers to {{methods}} only', hint: 'See the API page at /api.' },
  ORIGIN_REFUSED: {
    message: 'the request came from the page of another site',
    hint: 'Open Lumbung itself and repeat the act there.',
  },
  PASSWORD_HASH_DAMAGED: {
    message: 'the stored form of a password cannot be read',
    hint: 'Have an administrator send a new password link to the account.',
  },
  PASSWORD_LINK_OVER: {
    message: 'the link was used, is over, or never was one',
    hint: 'Ask an administrator for a new one.',
  },
  PASSWORD_WEAK: {
    message: 'the password would be guessed too easily',
    hint: 'Take at least {{charsMin}} characters, for example four words that do not belong together; not your name, and nothing that many people choose.',
  },
  PROXY_INVALID: {
    message: '{{entry}} is neither an address nor a network',
    hint: 'Write an address such as 10.0.0.5, or a network such as 10.0.0.0/8.',
  },
  RATE_EXCEEDED: {
    message: 'too many requests; the next one is possible in {{waitSeconds}} seconds',
    hint: 'Wait, then try again.',
  },
  REQUEST_INVALID: { message: 'the request does not fit', hint: 'Correct the fields that are named.' },
  REVISION_CONFLICT: {
    message: 'somebody else changed this meanwhile',
    hint: 'Read it again, look at the difference, and repeat the change.',
  },
  REVISION_MALFORMED: {
    message: 'If-Match is not an ETag of this server',
    hint: 'Send the ETag of what you read as If-Match.',
  },
  REVISION_NEEDED: {
    message: 'a change says which revision it changes',
    hint: 'Send the ETag of what you read as If-Match.',
  },
  ROLE_HELD: {
    message: 'the account has that role already',
    hint: 'Withdraw it first to give it another end.',
  },
  ROLE_OVER: { message: 'the role would have ended before it began', hint: 'Choose an end in the future.' },
  ROLE_UNKNOWN: { message: 'the account has no such role', hint: 'Read the account again.' },
  SECOND_FACTOR_HELD: {
    message: 'the account has a second factor already',
    hint: 'Remove it first to set up another one.',
  },
  SECOND_FACTOR_NEEDED: {
    message: 'the roles of this account ask for a second factor, and it has none',
    hint: 'Set one up in the settings of your account, with an application such as Google Authenticator or Aegis.',
  },
  SECOND_FACTOR_NOT_SET: { message: 'the account has no second factor', hint: 'Set one up first.' },
  SECOND_PERSON_NEEDED: {
    message: 'this needs the consent of a second person',
    hint: 'Ask for an approval, and send its number when it is given.',
  },
  SERVER_FAULT: {
    message: 'something went wrong that should not; it is written down as {{requestId}}',
    hint: 'Try again. If it stays so, give an administrator this number.',
  },
  SERVER_NOT_READY: { message: 'not ready: {{parts}}', hint: 'Wait, or look at the log of the server.' },
  SESSION_UNKNOWN: { message: 'there is no such session', hint: 'Look at the list of sessions.' },
  SETUP_CODE_REFUSED: {
    message: 'that is not the code of this server, or it is over',
    hint: 'Type the code that the server printed when it last started. A new start prints a new one.',
  },
  SETUP_DONE: {
    message: 'Lumbung was set up before',
    hint: 'Log in. Who has no account asks an administrator for one.',
  },
  SIGN_IN_NEEDED: { message: 'this needs an account', hint: 'Log in, or send a token.' },
  TOKEN_REFUSED: {
    message: 'the token is not good: unknown, expired or revoked',
    hint: 'Make a new one in the settings of your account, or run `lumbung login`.',
  },
  TOKEN_UNKNOWN: {
    message: 'there is no such token, or it was revoked before',
    hint: 'Look at the list of tokens.',
  },
} as const satisfies Readonly<Record<string, ErrorText>>;
