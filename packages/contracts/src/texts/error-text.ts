/** What an error says to people: what happened, and what to do. `{{name}}` stands for a value of the error. */
export interface ErrorText {
  readonly message: string;
  /** Instead of the message, when the error has the value of that name: the first that it has. */
  readonly messageWith?: Readonly<Record<string, string>>;
  readonly hint?: string;
  /** The same of the hint. */
  readonly hintWith?: Readonly<Record<string, string>>;
}
