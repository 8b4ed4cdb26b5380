import { describe, expect, it } from 'vitest';
import { documentationPages, shellLines } from '../support/documentation.js';
import { runProgram } from '../support/run-program.js';

/** What a reader is told to type, without what comes before and after it in the line. */
const typed = documentationPages().flatMap((page) =>
  shellLines(page).flatMap((line) => {
    const [, command] = /(?:^|\s)redline ([a-z-].*?)(?:$| [|>&;])/.exec(line) ?? [];
    return command === undefined ? [] : [command.replace(/^(--config \S+ )/, '')];
  }),
);

/** The words that name the command: those before the first option or argument. */
function commandOf(line: string): string {
  return (
    /^[a-z]+(?:-[a-z]+)*(?: (?:activate|promote|rollback|check|prepare|start|status|end|on|off|new|verify|export)\b)?/.exec(
      line,
    )?.[0] ?? ''
  );
}

const commands = [...new Set(typed.map(commandOf))].sort();

describe('what the documentation tells to type', () => {
  it('is a good part of what there is', () => {
    expect(commands.length).toBeGreaterThan(20);
  });

  it.each(commands)('redline %s is a command, with every option that is told', async (command) => {
    const help = await runProgram([...command.split(' '), '--help']);
    expect(help.code, help.stderr).toBe(0);
    expect(help.stdout).toContain(`Usage: redline ${command}`);
    const options = typed
      .filter((line) => commandOf(line) === command)
      .flatMap((line) => [...line.matchAll(/(?:^| )(--[a-z-]+)/g)].map(([, option = '']) => option));
    expect(options.filter((option) => !help.stdout.includes(option))).toEqual([]);
  });
});
