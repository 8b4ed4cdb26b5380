import { execFileSync } from 'node:child_process';
import { packageRoot } from '../../src/platform/package-root.js';

/** Scenario tests run the built programs, so they are built from what is tested. */
export default function build(): void {
  execFileSync('npm', ['run', '--silent', 'build'], { cwd: packageRoot, stdio: 'inherit' });
}
