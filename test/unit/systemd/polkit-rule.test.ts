import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { runInNewContext } from 'node:vm';
import { expect, it } from 'vitest';
import { parseConfig } from '../../../src/config/load.js';
import { packageRoot } from '../../../src/platform/package-root.js';

/** What polkitd gives a rule; the rule against a real polkitd is in test/scenarios/systemd-units.test.ts, where one is. */
interface Action {
  readonly id: string;
  readonly lookup: (name: string) => string | undefined;
}
type Rule = (action: Action, subject: { user: string }) => string;

const source = readFileSync(join(packageRoot, 'systemd', '50-redline.rules'), 'utf8');
const sudoers = readFileSync(join(packageRoot, 'systemd', 'redline.sudoers'), 'utf8');

function answer(user: string, id: string, details: Readonly<Record<string, string>> = {}): string {
  const rules: Rule[] = [];
  const result = { YES: 'yes', NO: 'no', NOT_HANDLED: 'not handled' };
  const polkit = { Result: result, addRule: (rule: Rule) => rules.push(rule) };
  runInNewContext(source, { polkit });
  expect(rules).toHaveLength(1);
  return rules[0]?.({ id, lookup: (name) => details[name] }, { user }) ?? '';
}

const manage = (user: string, unit: string, verb: string): string =>
  answer(user, 'org.freedesktop.systemd1.manage-units', { unit, verb });
const { engine_units, harvest_units, backend_units } = parseConfig({}, 'the test').systemd;
const units = [engine_units[0] ?? '', harvest_units[0] ?? '', backend_units[0] ?? ''];
const verbs = ['start', 'stop', 'restart', 'reset-failed'];

it('allows the receiver what its scripts do to the default units, and no more of systemd', () => {
  for (const unit of units) for (const verb of verbs) expect(manage('redline', unit, verb)).toBe('yes');
  expect(answer('redline', 'org.freedesktop.systemd1.reload-daemon')).toBe('yes');
  for (const [unit, verb] of [
    ['sshd.service', 'restart'],
    [`${units[0] ?? ''}.d`, 'restart'],
    ['', 'restart'],
    [units[0], 'kill'],
    [units[0], 'reload'],
    [units[0], ''],
  ] as const)
    expect(manage('redline', unit ?? '', verb)).toBe('no');
  for (const action of ['manage-unit-files', 'set-environment'])
    expect(answer('redline', `org.freedesktop.systemd1.${action}`)).toBe('no');
});

it('says nothing of other users and of what is not systemd', () => {
  for (const user of ['kari', 'redline-exporter', 'root', ''])
    expect(manage(user, units[0] ?? '', 'restart')).toBe('not handled');
  expect(answer('redline', 'org.freedesktop.login1.reboot')).toBe('not handled');
});

it('has a twin for sudo that allows the same, without wildcards', () => {
  const commands = sudoers
    .replaceAll('\\\n', ' ')
    .split('\n')
    .filter((line) => line.startsWith('Cmnd_Alias'))
    .flatMap((line) => line.split('=')[1]?.split(',') ?? [])
    .map((command) => command.trim())
    .sort();
  const expected = units.flatMap((unit) => [
    ...verbs.map((verb) => `/usr/bin/systemctl ${verb} ${unit}`),
    `/usr/bin/systemctl start --no-block ${unit}`,
  ]);
  expect(commands).toEqual([...expected, '/usr/bin/systemctl daemon-reload'].sort());
  expect(commands.join('')).not.toContain('*');
});
