import { runProgram } from '../support/run-program.js';

/** Longest name of an interface is 15 characters. */
const prefix = 'redline';
/** The network over which the programs reach each other. */
const network = '10.77.0';
/** Links between each node and this process, which stay up when the network is cut: what only the trial itself uses. */
const watch = '10.78';

/** A machine of the trial: a network namespace. Files and processes are this machine's. */
export interface TrialNode {
  readonly name: string;
  /** last parts of its addresses in the network; the first one is its own */
  readonly hosts: readonly number[];
}

/** Why no network namespaces can be made here; undefined where they can. */
export async function whyNoNetwork(): Promise<string | undefined> {
  if (process.getuid?.() !== 0) return 'network namespaces need root';
  const probe = `${prefix}-probe`;
  const made = await runProgram(['netns', 'add', probe], 'ip').catch(() => undefined);
  if (made?.code !== 0) return `ip netns add does not work here: ${made?.stderr.trim() ?? 'there is no ip'}`;
  await ip('netns', 'del', probe);
  return undefined;
}

/** Network namespaces that are joined by a switch, whose ports can be switched off. */
export class TrialNetwork {
  readonly #nodes: readonly TrialNode[];

  private constructor(nodes: readonly TrialNode[]) {
    this.#nodes = nodes;
  }

  /** @throws Error with what `ip` said */
  static async create(nodes: readonly TrialNode[]): Promise<TrialNetwork> {
    const created = new TrialNetwork(nodes);
    // What an earlier trial left that was killed.
    await created.remove();
    await ip('netns', 'add', space('switch'));
    await ip('-n', space('switch'), 'link', 'add', 'br0', 'type', 'bridge');
    await ip('-n', space('switch'), 'link', 'set', 'br0', 'up');
    for (const node of nodes) await created.#join(node);
    return created;
  }

  async #join(node: TrialNode): Promise<void> {
    const { name, hosts } = node;
    await ip('netns', 'add', space(name));
    await ip('-n', space(name), 'link', 'set', 'lo', 'up');
    await ip(
      ...`link add eth0 netns ${space(name)} type veth peer name ${name} netns ${space('switch')}`.split(' '),
    );
    await ip(...`-n ${space('switch')} link set ${name} master br0 up`.split(' '));
    for (const host of hosts)
      await ip(...`-n ${space(name)} addr add ${network}.${host}/24 dev eth0`.split(' '));
    await ip(...`-n ${space(name)} link set eth0 up`.split(' '));
    const number = this.#nodes.indexOf(node);
    await ip(...`link add watch netns ${space(name)} type veth peer name ${prefix}${number}`.split(' '));
    await ip(...`addr add ${watch}.${number}.1/30 dev ${prefix}${number}`.split(' '));
    await ip(...`link set ${prefix}${number} up`.split(' '));
    await ip(...`-n ${space(name)} addr add ${watch}.${number}.2/30 dev watch`.split(' '));
    await ip(...`-n ${space(name)} link set watch up`.split(' '));
  }

  /** The address at which this process reaches a node, also while it is cut off. */
  watched({ name }: TrialNode): string {
    return `${watch}.${this.#nodes.findIndex((node) => node.name === name)}.2`;
  }

  /** Switches the node's port off, as a cable that is pulled. */
  async cut({ name }: TrialNode): Promise<void> {
    await ip('-n', space('switch'), 'link', 'set', name, 'down');
  }

  async mend({ name }: TrialNode): Promise<void> {
    await ip('-n', space('switch'), 'link', 'set', name, 'up');
  }

  /** Bytes that a node has sent and received over the network so far. */
  async traffic({ name }: TrialNode): Promise<{ readonly sent: number; readonly received: number }> {
    const read = async (counter: string): Promise<number> =>
      Number(await ip('netns', 'exec', space(name), 'cat', `/sys/class/net/eth0/statistics/${counter}`));
    return { sent: await read('tx_bytes'), received: await read('rx_bytes') };
  }

  async remove(): Promise<void> {
    const there = await ip('netns', 'list');
    for (const name of [...this.#nodes.map((node) => node.name), 'switch'])
      if (there.split(/\s/).includes(space(name))) await ip('netns', 'del', space(name));
  }
}

/** A program as it is started in a node. */
export function inNode(
  node: TrialNode,
  command: string,
  args: readonly string[],
): readonly [string, string[]] {
  return ['ip', ['netns', 'exec', space(node.name), command, ...args]];
}

/** The address of a node in the network. */
export function addressOf({ hosts: [host] }: TrialNode): string {
  return `${network}.${host ?? 0}`;
}

/** The examples' addresses, moved into the network of the trial. */
export function inNetwork(text: string): string {
  return text.replaceAll('10.0.0.', `${network}.`);
}

function space(name: string): string {
  return `${prefix}-${name}`;
}

async function ip(...args: readonly string[]): Promise<string> {
  const { code, stdout, stderr } = await runProgram(args, 'ip');
  if (code !== 0) throw new Error(`ip ${args.join(' ')}: ${stderr.trim()}`);
  return stdout;
}
