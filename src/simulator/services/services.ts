import { join } from 'node:path';
import { UserError } from '../../platform/errors.js';
import type { SimulatorStatus } from '../status.js';
import { Unit, runStatus } from '../units/unit.js';
import { healthyBackend, type BackendConduct } from './conduct.js';
import {
  activateEss,
  readEss,
  releaseAutomaticEss,
  restoreGoLive,
  type GoLiveFiles,
} from './go-live-files.js';
import { backendProgram, plainProgram, type BackendState } from './programs.js';
import type { PlainSettings } from './plain-settings.js';
import type { ServiceSettings } from './settings.js';

export type ServiceName = 'backend' | 'model_service' | 'frontend';

/** What goes wrong with the services. */
export interface ServiceTrouble {
  readonly conduct?: Partial<BackendConduct>;
  /** the one that does not run */
  readonly down?: ServiceName;
  /** why the trading system activates its emergency stop */
  readonly ess?: string;
}

export interface ServicesOptions {
  readonly settings: ServiceSettings;
  readonly files: GoLiveFiles;
  readonly backendPidFile: string;
  /** takes the pid files of the others */
  readonly folder: string;
  /** hears what happens */
  readonly onNote: (text: string) => void;
}

/** The services that the trading system serves over HTTP, each a process, and the files by which the backend trades for real. */
export class Services {
  readonly #files: GoLiveFiles;
  readonly #backend: Unit<BackendState> | undefined;
  readonly #modelService: Unit<object> | undefined;
  readonly #frontend: Unit<object> | undefined;
  #conduct: BackendConduct = healthyBackend;
  /** whether the emergency stop was seen active since the backend started: its counter tells of it until it starts anew */
  #wasStopped = false;

  constructor({ settings, files, backendPidFile, folder, onNote }: ServicesOptions) {
    this.#files = files;
    this.#backend =
      settings.backend &&
      new Unit({
        program: backendProgram(settings.backend),
        pidFile: backendPidFile,
        onStart: ({ pid, activationEnabled }) => {
          this.#backend?.tell(this.#conduct);
          onNote(
            `backend started (pid ${pid})${activationEnabled ? '' : ', with real trading switched off'}`,
          );
        },
        onProblem: onNote,
      });
    const plain = (service: PlainSettings | undefined): Unit<object> | undefined =>
      service &&
      new Unit({
        program: plainProgram(service),
        pidFile: join(folder, `${service.kind}.pid`),
        onStart: ({ pid }) => {
          onNote(`${service.kind.replace('_', ' ')} started (pid ${pid})`);
        },
        onProblem: onNote,
      });
    this.#modelService = plain(settings.modelService);
    this.#frontend = plain(settings.frontend);
  }

  get status(): SimulatorStatus['services'] {
    return {
      backend: runStatus(this.#backend?.run),
      model_service: runStatus(this.#modelService?.run),
      frontend: runStatus(this.#frontend?.run),
    };
  }

  /** @throws Error when one of them does not come up */
  async start(): Promise<void> {
    await Promise.all(this.#all.map((unit) => unit.start()));
  }

  /** Ends them for good. */
  async stop(): Promise<void> {
    await Promise.all(this.#all.map((unit) => unit.stop()));
  }

  /**
   * Lets something go wrong.
   * @throws UserError where the service is not served here
   */
  async trouble({ conduct, down, ess }: ServiceTrouble): Promise<void> {
    const affected = down ?? 'backend';
    const unit = this.#unit(affected);
    if (unit === undefined)
      throw new UserError(
        `This simulator does not serve the ${affected.replace('_', ' ')}: http.${affected}.url is no plain HTTP address of this machine, or http.enabled is false.`,
      );
    if (down !== undefined) await unit.hold();
    if (ess !== undefined) await activateEss(this.#files.ess, ess);
    if (conduct !== undefined) this.#adopt({ ...healthyBackend, ...conduct });
  }

  /** Lets all go well again. That a rollback switched real trading off stays. */
  async heal(): Promise<void> {
    this.#noteStop();
    await releaseAutomaticEss(this.#files.ess);
    for (const unit of this.#all) await unit.release();
    this.#adopt(healthyBackend);
  }

  /** Switches real trading on again where a rollback has switched it off. */
  async activate(): Promise<void> {
    this.#noteStop();
    await restoreGoLive(this.#files);
    // It has read a configuration that did not permit it, or counted an emergency stop, after which no go-live begins.
    if (!this.#wasStopped && this.#backend?.run?.activationEnabled !== false) return;
    this.#wasStopped = false;
    this.#backend?.restart();
  }

  #noteStop(): void {
    this.#wasStopped ||= readEss(this.#files.ess) !== undefined;
  }

  #adopt(conduct: BackendConduct): void {
    this.#conduct = conduct;
    this.#backend?.tell(conduct);
  }

  #unit(name: ServiceName): Unit<BackendState> | Unit<object> | undefined {
    return { backend: this.#backend, model_service: this.#modelService, frontend: this.#frontend }[name];
  }

  get #all(): (Unit<BackendState> | Unit<object>)[] {
    return [this.#modelService, this.#frontend, this.#backend].filter((unit) => unit !== undefined);
  }
}
