// Debian's Prometheus and Alertmanager read their pages and templates from absolute paths below /usr/share, and
// Alertmanager does not start without them. Unpacked elsewhere they are made to read them from their working directory:
// the path in the program is replaced by one of the same length that means just that ("./././").
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const moved = {
  'prometheus-alertmanager': '/usr/share/prometheus/alertmanager',
  prometheus: '/usr/share/prometheus/web/',
};

/** Changes the programs in an unpacked package tree; those already changed, and others, are left alone. */
export function relocatePrograms(tree) {
  for (const [program, path] of Object.entries(moved)) {
    const file = join(tree, 'usr', 'bin', program);
    if (!existsSync(file)) continue;
    const bytes = readFileSync(file);
    const place = positionOf(bytes, path);
    if (place === undefined) continue;
    bytes.write('./'.repeat(path.length / 2), place, 'latin1');
    writeFileSync(file, bytes);
  }
}

/** Where the path stands by itself, and not as the beginning of a longer one. */
function positionOf(bytes, path) {
  let place = bytes.indexOf(path, 0, 'latin1');
  while (place !== -1 && !path.endsWith('/') && bytes[place + path.length] === 0x2f)
    place = bytes.indexOf(path, place + 1, 'latin1');
  return place === -1 ? undefined : place;
}
