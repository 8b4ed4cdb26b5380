import { z } from 'zod';
import { drillPlan } from '../names.js';
import { duration, positiveDuration } from './setting.js';

/** What must be true after a method; each kind has a key of its own. */
export const verification = z.union([
  z.strictObject({ unit_active: z.string() }),
  z.strictObject({ file_absent: z.string() }),
  z.strictObject({ file_present: z.string() }),
  /** both files hold the same bytes */
  z.strictObject({ same_content: z.tuple([z.string(), z.string()]) }),
  z.strictObject({ http_ok: z.url() }),
  z.strictObject({ redis_key: z.string(), value: z.string().optional() }),
  z.strictObject({ command: z.array(z.string()).min(1) }),
]);

const method = z.strictObject({
  name: z.string().regex(/^[a-z][a-z0-9_-]*$/, 'lower-case letters, digits, - and _'),
  /** argv; the first word is a path below files.root, an absolute path, or a program of the PATH */
  command: z.array(z.string().min(1)).min(1),
  /** as long as an engine may take that systemd must kill after its 90 s, and then start */
  timeout: positiveDuration('150s'),
  verify: z.array(verification).default([]),
  /** how long verification may take to become true */
  verify_timeout: duration('15s'),
});

/** One plan: its methods in the order in which they are tried. */
export const plan = z.strictObject({
  methods: z.array(method).min(1),
  /** added to the scripts' environment */
  environment: z.record(z.string(), z.string()).default({}),
});

/** `rollbacks` of the configuration: the plans, by name. */
export const rollbacks = z
  .record(
    z
      .string()
      .regex(/^[a-z][a-z0-9-]*$/, 'lower-case letters, digits and -')
      .refine((name) => name !== drillPlan, `the plan of "redline drill" is built in; name yours otherwise`),
    plan,
  )
  .default({
    qsc: {
      environment: {},
      methods: [
        {
          name: 'script',
          command: ['ops/model_safety/qsc_rollback.sh'],
          timeout: 150,
          verify_timeout: 15,
          verify: [
            { file_absent: '${override_installed}' },
            { file_absent: '${override_generated}' },
            { same_content: ['${baseline_weights}', '${canary_weights}'] },
            { unit_active: '${engine_unit}' },
          ],
        },
      ],
    },
    calibration: {
      environment: {},
      methods: [
        {
          name: 'script',
          command: ['rollback_calibration.sh'],
          timeout: 240,
          verify_timeout: 15,
          verify: [
            { same_content: ['${calibration_backup}', '${calibration_config}'] },
            { unit_active: '${engine_unit}' },
            { unit_active: '${harvest_unit}' },
          ],
        },
      ],
    },
    production: {
      environment: {},
      methods: [
        {
          name: 'script',
          command: ['rollback_production.sh'],
          // The command, the end of its process, and the time in which no trade may be opened, each with a margin.
          timeout: 240,
          verify_timeout: 15,
          verify: [{ command: ['${package}/rollback/production.sh', '--check'] }],
        },
      ],
    },
    // From the fastest to the slowest; no runbook names scripts of the trading system for them.
    'go-live': {
      environment: {},
      methods: [
        {
          name: 'marker',
          command: ['${package}/rollback/go-live-marker.sh'],
          timeout: 10,
          verify_timeout: 2,
          verify: [{ file_absent: '${go_live_marker}' }],
        },
        {
          name: 'ess',
          command: ['${package}/rollback/go-live-ess.sh'],
          timeout: 30,
          verify_timeout: 10,
          verify: [{ command: ['${package}/rollback/go-live-ess.sh', '--check'] }],
        },
        {
          name: 'deactivate',
          command: ['${package}/rollback/go-live-deactivate.sh'],
          timeout: 60,
          verify_timeout: 10,
          verify: [{ command: ['${package}/rollback/go-live-deactivate.sh', '--check'] }],
        },
        {
          name: 'config',
          command: ['${package}/rollback/go-live-config.sh'],
          timeout: 300,
          verify_timeout: 15,
          verify: [
            { command: ['${package}/rollback/go-live-config.sh', '--check'] },
            { unit_active: '${backend_unit}' },
          ],
        },
      ],
    },
  });
