import { readFileSync } from 'node:fs';
import { dirname, isAbsolute, join, resolve } from 'node:path';
import { distance } from 'fastest-levenshtein';
import { parse } from 'yaml';
import type { z } from 'zod';
import { errorCode, errorMessage, UserError } from '../platform/errors.js';
import { findConfig } from './find.js';
import { verification } from './plan-settings.js';
import { configSchema, type Config } from './schema.js';

/** Environment variables of the prefix that are no configuration keys. */
const reservedVariables = new Set(['REDLINE_CONFIG', 'REDLINE_LOG_LEVEL', 'REDLINE_SIMULATOR']);

export interface LoadedConfig {
  readonly config: Config;
  /** the file read; undefined: none was found, everything is at its default */
  readonly path: string | undefined;
}

/**
 * Reads the configuration: the named file, else REDLINE_CONFIG, else ./redline.yml, else the defaults; then the environment (`REDLINE_REDIS_URL` is `redis.url`) over it. Relative paths are resolved: those of
 * `files` against `files.root`, all others against the folder of the file.
 * @throws UserError naming file, key and what is wrong
 */
export function loadConfig(
  path: string | undefined,
  environment: NodeJS.ProcessEnv = process.env,
): LoadedConfig {
  const found = findConfig(path, environment);
  const raw = found === undefined ? {} : readYaml(found);
  const config = parseConfig(applyEnvironment(raw, environment), found ?? 'the environment');
  return {
    config: resolvePaths(config, found === undefined ? process.cwd() : dirname(resolve(found))),
    path: found,
  };
}

/**
 * What a file and the environment say themselves, without defaults: for who must tell a value from its default.
 * @param path undefined: the environment alone
 * @throws UserError naming what is wrong
 */
export function readExplicitSettings(path: string | undefined, environment: NodeJS.ProcessEnv): unknown {
  const raw = applyEnvironment(path === undefined ? {} : readYaml(path), environment);
  parseConfig(raw, path ?? 'the environment');
  return raw;
}

/**
 * Checks a configuration that is already an object and fills in the defaults; paths stay as they are.
 * @param where named in the error
 * @throws UserError listing every mistake; an unknown key with its near miss
 */
export function parseConfig(raw: unknown, where: string): Config {
  const result = configSchema.safeParse(raw ?? {});
  if (result.success) return result.data;
  const problems = result.error.issues.flatMap((issue) => describeIssue(issue));
  throw new UserError(
    [`The configuration of ${where} is not usable:`, ...problems.map((line) => `  ${line}`)].join('\n'),
  );
}

function readYaml(path: string): unknown {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    const reason =
      errorCode(error) === 'ENOENT' ? 'does not exist' : `cannot be read (${errorMessage(error)})`;
    throw new UserError(`The configuration file ${path} ${reason}. Name another with --config.`);
  }
  return parseYaml(text, path);
}

/** @param where named in the error, which repeats no more of the text than the parser's first line does */
function parseYaml(text: string, where: string): unknown {
  try {
    return parse(text) as unknown;
  } catch (error) {
    throw new UserError(`${where} is not valid YAML: ${errorMessage(error).split('\n')[0] ?? ''}`);
  }
}

/** Puts the environment's values over the file's; each is read as YAML, so numbers, lists and booleans work. */
function applyEnvironment(raw: unknown, environment: NodeJS.ProcessEnv): unknown {
  const variables = Object.entries(environment).filter(
    ([name, value]) => name.startsWith('REDLINE_') && !reservedVariables.has(name) && value !== undefined,
  );
  if (variables.length === 0) return raw;
  const merged: unknown = structuredClone(raw ?? {});
  if (!isRecord(merged)) return raw;
  const keys = environmentKeys();
  for (const [name, value] of variables) {
    const key = keys.get(name);
    if (key === undefined) {
      throw new UserError(
        `The environment variable ${name} names no configuration key.${nearMiss(name, [...keys.keys()])}`,
      );
    }
    setAt(merged, key.path, key.isText ? value : parseYaml(value ?? '', `The environment variable ${name}`));
  }
  return merged;
}

interface EnvironmentKey {
  readonly path: readonly string[];
  readonly isText: boolean;
}

/** Every leaf of the configuration but the plans, by the name of its environment variable. */
function environmentKeys(): Map<string, EnvironmentKey> {
  const keys = new Map<string, EnvironmentKey>();
  const walk = (schema: z.core.$ZodType, path: readonly string[]): void => {
    const shape = shapeOf(schema);
    if (shape === undefined) {
      const isText = typeof path.at(-1) === 'string' && acceptsText(schema);
      keys.set(['REDLINE', ...path].join('_').toUpperCase(), { path, isText });
      return;
    }
    for (const [key, child] of Object.entries(shape)) walk(child, [...path, key]);
  };
  for (const [key, child] of Object.entries(configSchema.shape)) if (key !== 'rollbacks') walk(child, [key]);
  return keys;
}

function acceptsText(schema: z.core.$ZodType): boolean {
  return (
    'safeParse' in schema && typeof schema.safeParse === 'function' && !isRejectedText(schema as z.ZodType)
  );
}

/** A leaf takes text when a text is not refused for its type (it may be for its form, as a duration is). */
function isRejectedText(schema: z.ZodType): boolean {
  const result = schema.safeParse('text');
  return !result.success && result.error.issues.some((issue) => issue.code === 'invalid_type');
}

/** The keys of an object schema, looking through `.prefault()` and `.optional()`; undefined for anything else. */
function shapeOf(schema: z.core.$ZodType): Record<string, z.core.$ZodType> | undefined {
  const definition: unknown = schema._zod.def;
  if (!isRecord(definition)) return undefined;
  if (isRecord(definition.shape)) return definition.shape as Record<string, z.core.$ZodType>;
  const inner = definition.innerType;
  return isRecord(inner) && (definition.type === 'prefault' || definition.type === 'optional')
    ? shapeOf(inner as unknown as z.core.$ZodType)
    : undefined;
}

/** The schema of one key, or of an entry of a list. */
function schemaAt(schema: z.core.$ZodType, key: string): z.core.$ZodType | undefined {
  const { def } = (schema as z.core.$ZodTypes)._zod;
  switch (def.type) {
    case 'object':
      return def.shape[key];
    case 'array':
      return def.element;
    case 'default':
    case 'optional':
    case 'prefault':
      return schemaAt(def.innerType, key);
    default:
      return undefined;
  }
}

function setAt(target: Record<string, unknown>, path: readonly string[], value: unknown): void {
  const [key, ...rest] = path;
  if (key === undefined) return;
  if (rest.length === 0) {
    target[key] = value;
    return;
  }
  const child = target[key];
  const next: Record<string, unknown> = isRecord(child) ? child : {};
  target[key] = next;
  setAt(next, rest, value);
}

function describeIssue(issue: z.core.$ZodIssue): string[] {
  const path = issue.path.map(String);
  const where = path.join('.') || '(top)';
  switch (issue.code) {
    case 'unrecognized_keys':
      return issue.keys.map(
        (key) => `${[...path, key].join('.')}: unknown key.${nearMiss(key, keysAt(path))}`,
      );
    case 'invalid_key':
      return issue.issues.map((inner) => `${where}: not a name: ${inner.message}`);
    case 'invalid_union':
      // Only verifications are a union: each option is known by its key.
      return [`${where}: no verification.${nearMiss(firstUnknownKey(issue.errors), verificationKeys)}`];
    default:
      return [`${where}: ${issue.message}`];
  }
}

const verificationKeys = verification.options.flatMap((option) => Object.keys(option.shape));

function firstUnknownKey(errors: readonly (readonly z.core.$ZodIssue[])[]): string {
  const unknown = errors.flat().flatMap((issue) => (issue.code === 'unrecognized_keys' ? issue.keys : []));
  return unknown.find((key) => !verificationKeys.includes(key)) ?? '';
}

/** The keys that the configuration knows at a place; every known key where the place is inside a plan. */
function keysAt(path: readonly string[]): string[] {
  let schema: z.core.$ZodType | undefined = configSchema;
  for (const key of path) schema = schema === undefined ? undefined : schemaAt(schema, key);
  const shape = schema === undefined ? undefined : shapeOf(schema);
  return shape === undefined
    ? ['methods', 'environment', 'name', 'command', 'timeout', 'verify', 'verify_timeout']
    : Object.keys(shape);
}

/** ` Did you mean "x"?` where a candidate is close, else the candidates where they are few. */
export function nearMiss(word: string, candidates: readonly string[]): string {
  const ranked = candidates
    .map((candidate) => ({ candidate, edits: distance(word.toLowerCase(), candidate.toLowerCase()) }))
    .sort((a, b) => a.edits - b.edits);
  const best = ranked[0];
  if (best !== undefined && best.edits <= Math.max(2, Math.floor(word.length / 3)))
    return ` Did you mean "${best.candidate}"?`;
  return candidates.length > 0 && candidates.length <= 12 ? ` Known here: ${candidates.join(', ')}.` : '';
}

function resolvePaths(config: Config, base: string): Config {
  const from = (folder: string) => (path: string) =>
    path === '' || isAbsolute(path) ? path : join(folder, path);
  const fromBase = from(base);
  // A bare name is a program of the PATH.
  const program = (name: string): string => (name.includes('/') ? fromBase(name) : name);
  const root = resolve(base, config.files.root);
  const fromRoot = from(root);
  const { files, redis, exporter, receiver, prometheus, alertmanager } = config;
  const serverTls = (tls: Config['exporter']['tls']): typeof tls => ({
    cert_file: fromBase(tls.cert_file),
    key_file: fromBase(tls.key_file),
    client_ca_file: fromBase(tls.client_ca_file),
  });
  const clientTls = (tls: Config['exporter']['client_tls']): typeof tls => ({
    ca_file: fromBase(tls.ca_file),
    cert_file: fromBase(tls.cert_file),
    key_file: fromBase(tls.key_file),
  });
  const basicAuth = (login: Config['exporter']['basic_auth']): typeof login => ({
    ...login,
    password_file: fromBase(login.password_file),
  });
  const server = <Server extends Config['alertmanager'] | Config['prometheus']>(
    settings: Server,
  ): Server => ({
    ...settings,
    token_file: fromBase(settings.token_file),
    basic_auth: basicAuth(settings.basic_auth),
    client_tls: clientTls(settings.client_tls),
  });
  const service = <Service extends Config['http']['frontend']>(settings: Service): Service => ({
    ...settings,
    ca_file: fromBase(settings.ca_file),
  });
  return {
    ...config,
    files: {
      root,
      baseline_weights: fromRoot(files.baseline_weights),
      canary_weights: fromRoot(files.canary_weights),
      override_generated: fromRoot(files.override_generated),
      override_installed: fromRoot(files.override_installed),
      canary_log: fromRoot(files.canary_log),
      calibration_config: fromRoot(files.calibration_config),
      calibration_backup: fromRoot(files.calibration_backup),
      calibration_baseline: fromRoot(files.calibration_baseline),
      monitor_log: fromRoot(files.monitor_log),
      go_live_marker: fromRoot(files.go_live_marker),
      go_live_config: fromRoot(files.go_live_config),
      incidents: fromRoot(files.incidents),
      reports: fromRoot(files.reports),
      data: fromRoot(files.data),
      production_log: fromRoot(files.production_log),
    },
    database: {
      ...config.database,
      path: fromRoot(config.database.path),
      backup_directory: fromRoot(config.database.backup_directory),
    },
    systemd: {
      ...config.systemd,
      systemctl: program(config.systemd.systemctl),
      engine_pid_file: fromBase(config.systemd.engine_pid_file),
      harvest_pid_file: fromBase(config.systemd.harvest_pid_file),
      backend_pid_file: fromBase(config.systemd.backend_pid_file),
    },
    journal: {
      ...config.journal,
      journalctl: program(config.journal.journalctl),
      directory: fromBase(config.journal.directory),
    },
    redis: {
      ...redis,
      password_file: fromBase(redis.password_file),
      sentinel: { ...redis.sentinel, password_file: fromBase(redis.sentinel.password_file) },
      tls: {
        ...redis.tls,
        ca_file: fromBase(redis.tls.ca_file),
        cert_file: fromBase(redis.tls.cert_file),
        key_file: fromBase(redis.tls.key_file),
      },
    },
    http: {
      ...config.http,
      backend: service(config.http.backend),
      model_service: service(config.http.model_service),
      frontend: service(config.http.frontend),
    },
    exporter: {
      ...exporter,
      state_directory: fromBase(exporter.state_directory || join(config.state.directory, 'exporter')),
      bearer_token_file: fromBase(exporter.bearer_token_file),
      basic_auth: basicAuth(exporter.basic_auth),
      tls: serverTls(exporter.tls),
      client_tls: clientTls(exporter.client_tls),
    },
    receiver: {
      ...receiver,
      token_file: fromBase(receiver.token_file),
      basic_auth: basicAuth(receiver.basic_auth),
      tls: serverTls(receiver.tls),
      client_tls: clientTls(receiver.client_tls),
    },
    prometheus: server(prometheus),
    alertmanager: server(alertmanager),
    state: { directory: fromBase(config.state.directory) },
    custom: config.custom.map((metric) =>
      metric.sql === undefined
        ? metric
        : {
            ...metric,
            sql: { ...metric.sql, database: fromRoot(metric.sql.database || config.database.path) },
          },
    ),
  };
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
