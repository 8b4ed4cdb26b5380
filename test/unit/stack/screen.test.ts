import { stripVTControlCharacters } from 'node:util';
import { describe, expect, it } from 'vitest';
import { Screen, type Terminal } from '../../../src/stack/screen.js';

class Recorder implements Terminal {
  readonly isTTY: boolean;
  readonly columns: number;
  written = '';

  constructor(isTTY: boolean, columns = 80) {
    this.isTTY = isTTY;
    this.columns = columns;
  }

  write(text: string): void {
    this.written += text;
  }
}

const event = {
  at: 1_768_000_000.27,
  sinceInjection: 1.26,
  mood: 'plain',
  text: 'rollback started',
} as const;

describe('Screen', () => {
  it('writes plain lines where nobody sits in front of it', () => {
    const terminal = new Recorder(false);
    const screen = new Screen(terminal);
    screen.status('under observation: nothing');
    screen.line('Everything runs.');
    screen.event(event);
    screen.close();
    expect(terminal.written).toMatch(
      /^Everything runs\.\n.*\d\d:\d\d:\d\d\.2.* {4}\+1\.3 s {2}rollback started\n$/,
    );
    expect(stripVTControlCharacters(terminal.written)).not.toContain('\r');
  });

  it('keeps one line at the bottom of a terminal, cut to its width, and takes it away at the end', () => {
    const terminal = new Recorder(true, 10);
    const screen = new Screen(terminal);
    screen.status('under observation');
    expect(stripVTControlCharacters(terminal.written)).toBe('\runder obs');
    const before = terminal.written;
    screen.status('under observation');
    expect(terminal.written).toBe(before);
    screen.line('news');
    expect(stripVTControlCharacters(terminal.written)).toBe('\runder obs\rnews\nunder obs');
    screen.close();
    screen.line('end');
    expect(terminal.written.endsWith('\r\u001b[K\r\u001b[Kend\n')).toBe(true);
  });

  it('shows no time since an injection where there was none', () => {
    const terminal = new Recorder(false);
    new Screen(terminal).event({ ...event, sinceInjection: undefined });
    expect(terminal.written).not.toContain('+');
  });
});
