import { readdirSync, readFileSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';

/** The repository's folder. */
export const repository = resolve(__dirname, '../..');

/** A fenced block of a page. */
export interface MarkdownBlock {
  /** Where it starts, e.g. `README.md:12`. */
  readonly place: string;
  /** First word after the fence, e.g. `ts`. */
  readonly language: string;
  /** The words after it; `ts continues` is read together with the ts block before it. */
  readonly words: readonly string[];
  readonly text: string;
}

/** Pages that readers copy from: those at the top of the repository and everything under docs/. */
export function pages(): string[] {
  const top = readdirSync(repository).filter((name) => name.endsWith('.md'));
  const docs = readdirSync(join(repository, 'docs'), { recursive: true, encoding: 'utf8' }).filter((name) =>
    name.endsWith('.md'),
  );
  return [...top, ...docs.map((name) => join('docs', name))].sort();
}

/** Every block of every page in one of these languages. */
export function blocksOf(...languages: string[]): MarkdownBlock[] {
  return pages()
    .flatMap((page) =>
      blocksIn(readFileSync(join(repository, page), 'utf8'), relative(repository, join(repository, page))),
    )
    .filter(({ language }) => languages.includes(language));
}

/** The fenced blocks of a page, in order. */
export function blocksIn(markdown: string, page: string): MarkdownBlock[] {
  const blocks: MarkdownBlock[] = [];
  const fence = /^( *)(`{3,})([^\n`]*)\n([\s\S]*?)^\1\2 *$/gm;
  for (const [whole, indent = '', , info = '', body = ''] of markdown.matchAll(fence)) {
    const line = markdown.slice(0, markdown.indexOf(whole)).split('\n').length;
    const [language = '', ...words] = info.trim().split(/\s+/);
    const text = body.replaceAll(new RegExp(`^${indent}`, 'gm'), '');
    blocks.push({ place: `${page}:${line}`, language, words, text });
  }
  return blocks;
}
