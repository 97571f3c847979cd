import { MOST_VIEWS, type Variant, type View } from '../variant';

const LONGEST = 2000;
// Of the link of a page, this is about the person at work and not about the view.
const NOT_IN_A_VIEW = new Set(['scenario', 'open', 'lang', 'embed']);

/** The fragment that a view keeps of the page's own; null when there is more than a view can hold. */
export function linkOf(hash: string): string | null {
  const query = new URLSearchParams(hash.replace(/^#/, ''));
  for (const name of NOT_IN_A_VIEW) query.delete(name);
  const link = `#${query.toString().replace(/%(2C|2F|3A|3B)/g, decodeURIComponent)}`;
  return link.length > LONGEST ? null : link;
}

export function viewsOf({ views }: Pick<Variant, 'views'>): readonly View[] {
  return views ?? [];
}

/** The views with one more at the end; as they were when there is no room. */
export function withView(variant: Variant, view: View): Variant {
  const views = viewsOf(variant);
  return views.length >= MOST_VIEWS ? variant : { ...variant, views: [...views, view] };
}

export function withViewAs(variant: Variant, at: number, view: View): Variant {
  return { ...variant, views: viewsOf(variant).map((one, i) => (i === at ? view : one)) };
}

export function withoutView(variant: Variant, at: number): Variant {
  return { ...variant, views: viewsOf(variant).filter((_, i) => i !== at) };
}

/** The views with one of them a place earlier (-1) or later (1). */
export function withViewMoved(variant: Variant, at: number, by: -1 | 1): Variant {
  const views = [...viewsOf(variant)];
  const [view] = views.splice(at, 1);
  if (!view || at + by < 0 || at + by > views.length) return variant;
  views.splice(at + by, 0, view);
  return { ...variant, views };
}
