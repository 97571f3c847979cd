import type { Pose } from '../geo/frame';
import { isLanguage } from '../i18n';
import type { ObjectRef, ViewState } from './store';

// Finer than a pixel at any distance the viewer allows.
const METRE_DECIMALS = 2;
const DEGREE_DECIMALS = 3;
// Any other key is the state of a tool, kept also where this viewer lacks that tool.
const OWN = new Set(['camera', 'hide', 'colour', 'object', 'filter', 'embed', 'open', 'lang']);

/** The URL hash that says `state`. */
export function formatPermalink(state: ViewState): string {
  const { language, pose, hidden, colourBy, selection, filter, embed, open, tools } = state;
  const query = new URLSearchParams();
  if (pose) query.set('camera', formatPose(pose));
  if (hidden.size > 0) query.set('hide', [...hidden].sort().join(','));
  if (colourBy) query.set('colour', colourBy);
  if (selection) query.set('object', `${selection.collection}/${selection.id}`);
  if (filter) query.set('filter', filter);
  if (embed) query.set('embed', '1');
  if (open.length > 0) query.set('open', open.join(','));
  for (const [tool, said] of Object.entries(tools).sort()) query.set(tool, said);
  query.set('lang', language);
  // These are legal in a fragment; left as they are, a link stays readable.
  return '#' + query.toString().replace(/%(2C|2F|3A|3B)/g, decodeURIComponent);
}

/** What a URL hash says; anything malformed is left out, so that an old or cut link still opens the city. */
export function parsePermalink(hash: string): Partial<ViewState> {
  const query = new URLSearchParams(hash.replace(/^#/, ''));
  const pose = parsePose(query.get('camera'));
  const hide = query.get('hide');
  const colourBy = query.get('colour');
  const selection = parseObject(query.get('object'));
  const filter = query.get('filter');
  const open = query.get('open')?.split(',').filter(Boolean) ?? [];
  const tools = Object.fromEntries([...query].filter(([key, said]) => !OWN.has(key) && said !== ''));
  const language = query.get('lang');
  return {
    ...(pose && { pose }),
    ...(hide && { hidden: new Set(hide.split(',').filter(Boolean)) }),
    ...(colourBy && { colourBy }),
    ...(selection && { selection }),
    ...(filter && { filter }),
    ...(query.has('embed') && { embed: true }),
    ...(open.length > 0 && { open }),
    ...(Object.keys(tools).length > 0 && { tools }),
    ...(isLanguage(language) && { language }),
  };
}

/** The pose that a permalink to `pose` restores. */
export function linkable(pose: Pose): Pose {
  const metres = (value: number): number => Number(value.toFixed(METRE_DECIMALS));
  const degrees = (value: number): number => Number(value.toFixed(DEGREE_DECIMALS));
  return {
    x: metres(pose.x),
    y: metres(pose.y),
    z: metres(pose.z),
    heading: degrees(pose.heading),
    pitch: degrees(pose.pitch),
  };
}

function formatPose(pose: Pose): string {
  const { x, y, z, heading, pitch } = linkable(pose);
  return [x, y, z, heading, pitch].join(',');
}

function parsePose(text: string | null): Pose | null {
  const numbers = text?.split(',').map((part) => (part.trim() === '' ? NaN : Number(part))) ?? [];
  if (numbers.length !== 5 || !numbers.every(Number.isFinite)) return null;
  const [x, y, z, heading, pitch] = numbers as [number, number, number, number, number];
  // From far outside the Netherlands there is nothing to be seen, nor to come back from.
  if (x < -1e5 || x > 4e5 || y < 2e5 || y > 8e5 || z < -1e3 || z > 1e5) return null;
  return { x, y, z, heading: heading < 0 || heading > 360 ? ((heading % 360) + 360) % 360 : heading, pitch: Math.min(90, Math.max(-90, pitch)) };
}

function parseObject(text: string | null): ObjectRef | null {
  const cut = text?.indexOf('/') ?? -1;
  if (text === null || cut < 1 || cut === text.length - 1) return null;
  return { collection: text.slice(0, cut), id: text.slice(cut + 1) };
}
