/** Words that English sentences can hardly do without, and that no Indonesian one has. */
const ENGLISH =
  /\b(?:the|is|are|was|were|of|and|not|it|its|cannot|with|without|that|this|which|there|has|have|no|to|in|on|by|from|too|does|be|than|read|missing|damaged)\b/i;

/** A sentence without what is no language: commands, options, names in capitals. */
function wordsOf(text: string): string {
  return text.replace(/`[^`]*`|--[\w-]+|\w+(?:-\w+)+|\{\{\w+\}\}|“[^”]*”|\b[A-Z][A-Z_0-9.]+\b/g, ' ');
}

/** Whether somebody forgot to translate it. */
export function isEnglish(text: string): boolean {
  return ENGLISH.test(wordsOf(text));
}
