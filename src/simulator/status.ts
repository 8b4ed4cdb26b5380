import { z } from 'zod';
import { faultNames } from './faults/fault-names.js';

/** Something that happened in the simulated trading system. */
export const noteSchema = z.object({
  /** grows by one a note */
  sequence: z.number(),
  at: z.number(),
  kind: z.enum(['injected', 'healed', 'engine', 'service', 'telemetry']),
  text: z.string(),
});
export type Note = z.infer<typeof noteSchema>;

const run = z.object({ pid: z.number(), started_at: z.number() }).nullable();

/** Answer of the simulator's `GET /status`. Times are Unix seconds. */
export const simulatorStatus = z.object({
  fault: z.object({ name: z.enum(faultNames), injected_at: z.number() }).nullable(),
  /** null: it is between two runs, or held */
  engine: z
    .object({
      pid: z.number(),
      started_at: z.number(),
      canary_model: z.string().nullable(),
      calibration: z.string().nullable(),
    })
    .nullable(),
  harvest: run,
  /** what runs in production and opens the trades; null: it was stopped */
  deployment: run,
  /** those that are served over HTTP; null: between two runs, held, or not served at all */
  services: z.object({ backend: run, model_service: run, frontend: run }),
  telemetry: z.object({
    writing: z.boolean(),
    reachable: z.boolean(),
    events_written: z.number(),
    /** events a second */
    rate: z.number(),
  }),
  /** what happened, the newest last */
  notes: z.array(noteSchema),
});
export type SimulatorStatus = z.infer<typeof simulatorStatus>;

/** Answer of `POST /fault` and `POST /calibrate`: what was done, for a person. */
export const doneAnswer = z.object({ lines: z.array(z.string()) });
/** Answer to what is refused or went wrong. */
export const errorAnswer = z.object({ error: z.string() });
