import { spawn, type ChildProcess } from 'node:child_process';
import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { commandResult, type CommandResult } from '../deployments/rollback.js';
import { errorCode } from '../platform/errors.js';
import { endMarked, findMarked } from '../platform/marked-processes.js';
import { packageRoot } from '../platform/package-root.js';
import { poll } from '../platform/poll.js';
import { notStarted, runCommand, type CommandOptions } from '../platform/run-command.js';
import { baseEnvironment } from './script-environment.js';

/** A command whose end is known also to a receiver that was killed meanwhile. */
export interface SupervisedCommand extends CommandOptions {
  /** absolute; says how the command ended, once it has */
  readonly outcomeFile: string;
}

const program = join(packageRoot, 'dist', 'rollback', 'supervisor.js');
/** Marks the supervisor of an outcome file, so that whoever comes next sees that it is still at work. */
const supervisorMark = 'REDLINE_SUPERVISES';
/** How much longer than the command's time the supervisor may take to end it and say so, seconds. */
export const supervisorPatience = 30;
/** Between SIGTERM and SIGKILL for a command that lost its supervisor, seconds. */
const graceSeconds = 5;
/** More than a command's bounded output can become as JSON, bytes. */
const longestAnswer = 1024 * 1024;

/**
 * Runs a command under a small process of its own, which outlives this one: it holds the time limit and writes down how
 * the command ended. Never throws: what went wrong is in the outcome.
 */
export async function runSupervised(command: SupervisedCommand): Promise<CommandResult> {
  const { outcomeFile, timeoutSeconds } = command;
  await forgetOutcome(outcomeFile);
  let child: ChildProcess;
  try {
    child = await startSupervisor(outcomeFile);
  } catch {
    return runCommand(command); // no memory for one process more: the rollback counts for more
  }
  child.stdin?.on('error', () => undefined); // told by its end
  child.stdin?.end(JSON.stringify(command));
  const answer = await answerOf(child, timeoutSeconds + supervisorPatience);
  return answer ?? (await readOutcome(outcomeFile)) ?? (await endLost(command));
}

/**
 * How a command ended that a receiver before this one started; waits while it is still supervised.
 * @param timeoutSeconds longest wait
 * @returns undefined where nobody knows: its supervisor died with it
 */
export async function takeUpOutcome(
  outcomeFile: string,
  timeoutSeconds: number,
): Promise<CommandResult | undefined> {
  await poll(async () => ((await isSupervised(outcomeFile)) ? undefined : true), timeoutSeconds, 0.1);
  return readOutcome(outcomeFile);
}

/** What was kept of a command is on record by now. */
export async function forgetOutcome(outcomeFile: string): Promise<void> {
  await rm(outcomeFile, { force: true }).catch(() => undefined); // a leftover file harms nothing
}

async function startSupervisor(outcomeFile: string): Promise<ChildProcess> {
  const child = spawn(process.execPath, [program], {
    cwd: '/',
    env: { ...baseEnvironment(), [supervisorMark]: outcomeFile },
    stdio: ['pipe', 'pipe', 'ignore'],
    detached: true,
  });
  await new Promise<void>((resolve, reject) => {
    child.once('spawn', resolve);
    child.once('error', reject);
  });
  return child;
}

/** @returns undefined where it ended, or time did, without an answer */
async function answerOf(child: ChildProcess, timeoutSeconds: number): Promise<CommandResult | undefined> {
  let said = '';
  const answer = await new Promise<string | undefined>((resolve) => {
    const timer = setTimeout(
      () => {
        child.kill('SIGKILL');
        resolve(undefined);
      },
      Math.min(timeoutSeconds * 1000, 2 ** 31 - 1),
    );
    child.stdout?.setEncoding('utf8').on('data', (chunk: string) => {
      said += chunk.slice(0, longestAnswer);
      if (!said.endsWith('\n')) return;
      clearTimeout(timer);
      resolve(said);
    });
    child.once('close', () => {
      clearTimeout(timer);
      resolve(said === '' ? undefined : said);
    });
  });
  child.stdout?.destroy();
  child.unref();
  return answer === undefined ? undefined : parseOutcome(answer);
}

async function isSupervised(outcomeFile: string): Promise<boolean> {
  return (await findMarked(`${supervisorMark}=${outcomeFile}`)).length > 0;
}

async function readOutcome(outcomeFile: string): Promise<CommandResult | undefined> {
  try {
    return parseOutcome(await readFile(outcomeFile, 'utf8'));
  } catch (error) {
    if (errorCode(error) === undefined) throw error;
    return undefined;
  }
}

function parseOutcome(json: string): CommandResult | undefined {
  try {
    return commandResult.parse(JSON.parse(json));
  } catch {
    return undefined; // half of an answer is none
  }
}

/** The supervisor was killed: nobody would end its command in time, or tell how it ended. */
async function endLost({ outcomeFile, mark, environment }: SupervisedCommand): Promise<CommandResult> {
  const value = mark === undefined ? undefined : environment[mark];
  if (mark !== undefined && value !== undefined) await endMarked(`${mark}=${value}`, graceSeconds);
  return notStarted(
    `how it ended is not known: its supervising process was killed before it wrote ${outcomeFile}`,
  );
}
