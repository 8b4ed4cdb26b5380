import { cpSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { parse, stringify } from 'yaml';
import { z } from 'zod';
import { packageRoot } from '../../src/platform/package-root.js';

const alertmanagerFolder = join(packageRoot, 'alertmanager');
const pagersFolder = join(alertmanagerFolder, 'pagers');

/** Where the secrets stand on a machine. */
const secretsFolder = '/etc/alertmanager';

/** The channels that Redline brings, by file name. */
export const pagerNames = readdirSync(pagersFolder).map((file) => basename(file, '.yml'));

/** What a channel's file adds to a receiver of Alertmanager. */
export type Pager = Record<string, Record<string, unknown>[]>;

const pagerFile = z.record(z.string(), z.array(z.record(z.string(), z.unknown())));
const shipped = z.looseObject({
  receivers: z.array(z.looseObject({ name: z.string() })),
});

/** As it stands in its file, with the secrets in this folder. */
export function readPager(name: string, folder = secretsFolder): Pager {
  const text = readFileSync(join(pagersFolder, `${name}.yml`), 'utf8');
  return pagerFile.parse(parse(text.replaceAll(secretsFolder, folder)));
}

/** What Debian's Alertmanager 0.25 does not know yet: the bot's token from a file. The token itself is what 0.25 takes. */
export function asOldAlertmanagerTakesIt(pager: Pager): Pager {
  const configs = pager.telegram_configs?.map((config) => ({
    ...without('bot_token_file', config),
    bot_token: 'secret-token',
  }));
  return configs === undefined ? pager : { ...pager, telegram_configs: configs };
}

export function without(key: string, config: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(config).filter(([name]) => name !== key));
}

/**
 * Alertmanager's folder as somebody sets it up who is paged by this channel: the shipped configuration with it under each pager,
 * templates, and a secret in each file that is named.
 * @returns the path of alertmanager.yml
 */
export function layOutAlertmanager(folder: string, pager: Pager): string {
  cpSync(join(alertmanagerFolder, 'templates'), join(folder, 'templates'), { recursive: true });
  const config = shipped.parse(parse(readFileSync(join(alertmanagerFolder, 'alertmanager.yml'), 'utf8')));
  return writeConfig(folder, {
    ...config,
    receivers: config.receivers.map((receiver) =>
      receiver.name.startsWith('pager-') ? { name: receiver.name, ...pager } : receiver,
    ),
  });
}

/** The same with this channel alone, at once, for every alert. */
export function layOutOneChannel(folder: string, pager: Pager): string {
  cpSync(join(alertmanagerFolder, 'templates'), join(folder, 'templates'), { recursive: true });
  return writeConfig(folder, {
    templates: ['templates/*.tmpl'],
    route: { receiver: 'pager', group_by: ['alertname'], group_wait: '0s' },
    receivers: [{ name: 'pager', ...pager }],
  });
}

function writeConfig(folder: string, config: object): string {
  mkdirSync(folder, { recursive: true });
  for (const file of ['receiver.token', 'telegram.token', 'pagerduty.key', 'smtp.password', 'webhook.token'])
    writeFileSync(join(folder, file), 'secret-token');
  writeFileSync(join(folder, 'slack.url'), 'http://127.0.0.1:1/hook');
  const path = join(folder, 'alertmanager.yml');
  writeFileSync(path, stringify(config, { aliasDuplicateObjects: false }));
  return path;
}
