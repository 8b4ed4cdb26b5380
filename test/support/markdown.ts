import { parsers } from 'prettier/plugins/markdown';

/** A node of a Markdown document, as far as tests look. */
export interface MarkdownNode {
  readonly type: string;
  readonly value?: string;
  readonly depth?: number;
  readonly children?: readonly MarkdownNode[];
}

/** Reads Markdown as GitHub does. */
export async function parseMarkdown(text: string): Promise<MarkdownNode> {
  // Prettier types its trees as any; this one is of the form above.
  const tree = (await parsers.markdown.parse(text, { originalText: text } as never)) as MarkdownNode;
  return tree;
}

/** The node and everything below it, in the order of the text. */
export function allNodes(node: MarkdownNode): MarkdownNode[] {
  return [node, ...(node.children ?? []).flatMap(allNodes)];
}

/** What a reader sees of a node. */
export function visibleText(node: MarkdownNode): string {
  return allNodes(node)
    .map(({ value }) => value ?? '')
    .join('');
}

/** Its headings: depth and text. */
export function headings(root: MarkdownNode): string[] {
  return allNodes(root)
    .filter(({ type }) => type === 'heading')
    .map((node) => `${'#'.repeat(node.depth ?? 0)} ${visibleText(node)}`);
}
