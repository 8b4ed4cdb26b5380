// npm run alert-pages: begins the page of each alert that has none: what the rules know of it, and what is to be written.
// An argument is the folder, docs/alerts where left out.
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { checkNode, ensureDependencies, exclusively, root } from './setup.mjs';

checkNode();
exclusively(ensureDependencies);
const { parse } = await import('yaml');

const folder = process.argv[2] ?? join(root, 'docs', 'alerts');
const rulesFolder = join(root, 'prometheus', 'rules');

function alertRules() {
  return readdirSync(rulesFolder)
    .filter((name) => name.endsWith('.yml'))
    .flatMap((name) => parse(readFileSync(join(rulesFolder, name), 'utf8')).groups)
    .flatMap(({ rules }) => rules)
    .filter(({ alert }) => alert !== undefined);
}

const toWrite = (what) => `<!-- to be written: ${what} -->`;

function skeletonOf({ alert, labels, annotations, for: held }) {
  const wait = held === undefined ? '' : `, for ${held}`;
  const limits = [annotations.limit, annotations.limit_2].filter((limit) => limit !== undefined);
  const response =
    labels.rollback === undefined
      ? `Nothing: a person is told, as of any alert of severity ${labels.severity}.`
      : `It started the rollback plan \`${labels.rollback}\` for this deployment, once. Further violations are added to the same record.`;
  return `# ${alert}

## What it means

${toWrite(`${annotations.summary}. What is judged, over which window, and from when on`)}

## Why this limit

${toWrite(`where ${limits.join(' and ') || 'it'}${wait} comes from, and on which side the limit itself is`)}

## What Redline did by itself

${response}

## What to check

\`\`\`bash
npx redline deploy status
curl -s --get http://127.0.0.1:9090/api/v1/query --data-urlencode 'query=ALERTS{alertname="${alert}"}'
\`\`\`

${toWrite('the commands that show the cause')}

## What to do

${toWrite('what is urgent, then what is not')}
`;
}

mkdirSync(folder, { recursive: true });
for (const rule of alertRules()) {
  const page = join(folder, `${rule.alert}.md`);
  if (existsSync(page)) continue;
  writeFileSync(page, skeletonOf(rule));
  process.stdout.write(`${page} begun: write what it says is to be written\n`);
}
