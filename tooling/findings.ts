/** Prints a check's findings and what it looked at, and sets the exit code. A check that read nothing is not green. */
export function report(findings: readonly string[], countRead: number, whatWasRead: string): void {
  for (const finding of findings) console.log(finding);
  console.log(`${countRead} ${whatWasRead}, ${findings.length} findings`);
  if (findings.length > 0 || countRead === 0) process.exitCode = 1;
}
