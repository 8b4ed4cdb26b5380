/** Tells the person who runs the trial what was measured. */
export function say(line: string): void {
  process.stdout.write(`  ${line}\n`);
}
