import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { onTestFinished } from 'vitest';
import { packageRoot } from '../../src/platform/package-root.js';
import { runProgram, type ProgramOutcome } from './run-program.js';
import { TradingFolder } from './trading-folder.js';

export const goLiveMethods = ['marker', 'ess', 'deactivate', 'config'] as const;
export type GoLiveMethod = (typeof goLiveMethods)[number];

/** The script of a method as it is delivered. */
export function goLiveScript(method: GoLiveMethod): string {
  return join(packageRoot, 'rollback', `go-live-${method}.sh`);
}

export const liveConfig = `# Written by hand; keep the order.
activation_enabled: true   # since 2025-12-04
allowed_profiles: ["MICRO"]
limits:
  activation_enabled: true # of the limits, which is something else
unknown_key: 'as it is'
`;

/** Notes what it was started with, one line a call, each word in brackets. */
const note = `printf '<%s>' "$@" | tr '\\n' '~' >>"$(basename "$0").calls"; echo >>"$(basename "$0").calls"`;

/** A trading system that is live: marker, configuration, its own programs, a backend with metrics, and a unit. */
export class GoLiveSystem extends TradingFolder {
  readonly marker = this.path('go_live.active');
  readonly config = this.path('config/go_live.yaml');
  readonly log = this.path('logs/go_live_rollback.jsonl');
  /** `ess_triggers_total`; the page of metrics as it is otherwise; undefined: the backend never answers */
  metrics: number | string | undefined = 0;
  #server: Server | undefined;

  constructor() {
    super();
    for (const folder of ['config', 'scripts', 'bin']) mkdirSync(this.path(folder));
    writeFileSync(this.marker, 'activated: true\noperator: alice\n');
    writeFileSync(this.config, liveConfig);
    // Programs of bash: no machine that runs the tests needs Python.
    this.program('bin/python', 'exec bash "$@"');
    writeFileSync(this.path('scripts/activate_ess.py'), `${note}\ntouch ess.active\n`);
    writeFileSync(this.path('scripts/go_live_deactivate.py'), `${note}\nrm -f go_live.active\n`);
    this.program(
      'systemctl',
      `cd "${this.root}"; echo "$*" >>systemctl.calls
[[ ! -e systemctl.broken ]] || { echo 'Unit is masked.' >&2; exit 1; }
case $1 in
  restart) sed -n 's/^activation_enabled: *\\([a-z]*\\).*/\\1/p' config/go_live.yaml >backend.read ;;
  is-active) echo active ;;
  show) if [[ $* == *LoadState* ]]; then echo LoadState=loaded; else echo "InvocationID=$(wc -l <backend.read)"; fi ;;
esac`,
    );
  }

  /** Starts the backend, which counts the emergency stop once it is active. @returns its address */
  async startBackend(): Promise<string> {
    const server = createServer((request, response) => {
      const { metrics } = this;
      if (metrics === undefined) return;
      const isStopped = readdirSync(this.root).includes('ess.active');
      const page =
        typeof metrics === 'string'
          ? metrics
          : `# TYPE ess_triggers_total counter\ness_triggers_total{source="manual"} ${metrics + Number(isStopped)}\n`;
      response.writeHead(request.url === '/metrics' ? 200 : 404).end(page);
    });
    this.#server = server;
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    onTestFinished(() => {
      this.stopBackend();
    });
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  }

  stopBackend(): void {
    this.#server?.close();
    this.#server?.closeAllConnections();
  }

  /** Replaces one of the trading system's own programs. */
  behave(program: 'activate_ess.py' | 'go_live_deactivate.py', text: string): void {
    writeFileSync(this.path(`scripts/${program}`), `${note}\n${text}\n`);
  }

  /** PATH on which `python` is the stand-in. */
  get searchPath(): string {
    return [this.path('bin'), process.env.PATH ?? ''].join(delimiter);
  }

  run(
    method: GoLiveMethod,
    args: readonly string[] = [],
    environment: NodeJS.ProcessEnv = {},
  ): Promise<ProgramOutcome> {
    return runProgram(args, goLiveScript(method), {
      PATH: this.searchPath,
      ROLLBACK_ROOT: this.root,
      ROLLBACK_SYSTEMCTL: this.path('systemctl'),
      ROLLBACK_BACKEND_URL: 'none',
      ROLLBACK_ACTIVE_TIMEOUT: '60',
      ROLLBACK_QUESTION_TIMEOUT: '60',
      ...environment,
    });
  }

  /** What a program was started with, each time; the words in brackets. */
  calls(program: string): string[] {
    const name = `${program}.calls`;
    if (!readdirSync(this.root).includes(name)) return [];
    return readFileSync(this.path(name), 'utf8').trimEnd().split('\n');
  }

  lastLine(): unknown {
    return this.linesOf(this.log).at(-1);
  }

  /** Every file of the trading system by its path below the root. */
  files(): Record<string, string | undefined> {
    const paths = readdirSync(this.root, { recursive: true, encoding: 'utf8', withFileTypes: true })
      .filter((entry) => entry.isFile() && entry.name !== 'systemctl.calls')
      .map((entry) => join(entry.parentPath, entry.name));
    return this.contentsOf(paths.sort());
  }
}
