import tseslint from 'typescript-eslint';
import prettier from 'eslint-config-prettier';

/** Folders of src/ that the exporter, and only the exporter, is made of; then those of the receiver. */
const exporterSide = ['sources', 'readings', 'metrics'];
const receiverSide = ['alerts', 'rollback', 'receiver', 'reports'];
/** Folders that every part may use, and that use none of the others. */
const shared = ['platform', 'config', 'deployments'];
/** What starts and simulates things; neither program imports it. */
const workbench = ['stack', 'simulator'];

/** One-way imports: `folder` must not import from `forbidden`. */
function oneWay(folder, forbidden, root = 'src') {
  return {
    files: [`${root}/${folder}/**/*.ts`],
    rules: {
      'no-restricted-imports': [
        'error',
        {
          patterns: [
            {
              group: forbidden.map((name) => `**/${name}/**`),
              message: `Imports run one way: ${root}/${folder} must not import from ${forbidden.join(', ')} (see CONTRIBUTING.md).`,
            },
          ],
        },
      ],
    },
  };
}

export default tseslint.config(
  { ignores: ['dist/', '.redline/', 'node_modules/'] },
  {
    files: ['src/**/*.ts', 'grafana/src/**/*.ts', 'test/**/*.ts', '*.config.ts'],
    extends: [tseslint.configs.strictTypeChecked, tseslint.configs.stylisticTypeChecked],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      '@typescript-eslint/restrict-template-expressions': [
        'error',
        { allowNumber: true, allowBoolean: true },
      ],
      '@typescript-eslint/consistent-type-imports': 'error',
      // A default branch answers for whatever a library adds to its unions.
      '@typescript-eslint/switch-exhaustiveness-check': [
        'error',
        { considerDefaultExhaustiveForUnions: true },
      ],
      eqeqeq: 'error',
      'no-console': 'error',
    },
  },
  {
    files: ['src/**/*.ts'],
    ignores: ['src/main.ts'],
    rules: {
      'no-process-exit': 'error',
      'no-restricted-properties': [
        'error',
        { object: 'process', property: 'exit', message: 'Only src/main.ts ends the process.' },
      ],
    },
  },
  oneWay('sources', ['readings', 'metrics', 'commands', ...workbench, ...receiverSide]),
  oneWay('readings', ['sources', 'metrics', 'commands', ...workbench, ...receiverSide]),
  oneWay('metrics', ['commands', ...workbench, ...receiverSide]),
  oneWay('alerts', ['rollback', 'receiver', 'reports', 'commands', ...workbench, ...exporterSide]),
  oneWay('rollback', ['receiver', 'reports', 'commands', ...workbench, ...exporterSide]),
  oneWay('reports', ['receiver', 'rollback', 'commands', ...workbench, ...exporterSide]),
  oneWay('receiver', ['commands', ...workbench, ...exporterSide]),
  oneWay('simulator', ['commands', ...receiverSide, ...exporterSide]),
  // The dashboards know names and kinds, and no program.
  oneWay('src', ['commands', 'config', ...workbench, ...receiverSide, ...exporterSide], 'grafana'),
  ...shared.map((folder) =>
    oneWay(folder, [
      'commands',
      ...workbench,
      ...exporterSide,
      ...receiverSide,
      ...shared.slice(shared.indexOf(folder) + 1),
    ]),
  ),
  prettier,
);
