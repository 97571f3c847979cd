import { h } from './dom';

/** Hands a file to the visitor's browser. */
export function download(name: string, content: Blob): void {
  const address = URL.createObjectURL(content);
  const link = h('a', { href: address, download: name });
  document.body.append(link);
  link.click();
  link.remove();
  // After the browser has begun to read it.
  window.setTimeout(() => {
    URL.revokeObjectURL(address);
  }, 60_000);
}

/** A name for a file, from words. */
export function fileName(...words: readonly string[]): string {
  return words
    .join('-')
    .normalize('NFD')
    .replace(/[^\w.-]+/g, '-')
    .toLowerCase();
}
