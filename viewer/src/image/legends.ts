import type { Sample } from './sheet';

/** What the colours of the city mean now, for pictures that leave the page: whoever colours it says so here. */
export class Legends {
  private readonly said = new Map<string, readonly Sample[]>();

  /** Says what `who` colours, and what with; null when that is over. */
  say(who: string, legend: { readonly title: string; readonly samples: readonly Sample[] } | null): void {
    if (!legend) {
      this.said.delete(who);
      return;
    }
    const { title, samples } = legend;
    // What is coloured goes before its first class.
    this.said.set(who, samples.map((sample, at) => (at === 0 ? { ...sample, label: `${title}: ${sample.label}` } : sample)));
  }

  get samples(): Sample[] {
    return [...this.said.values()].flat();
  }
}
