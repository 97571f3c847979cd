import type { Api } from './api/client';
import { ApiError } from './api/client';
import type { SearchResult, Theme } from './api/types';
import { Legends } from './image/legends';
import { COLOURED, ColourSource } from './colour/source';
import { Subjects } from './colour/subjects';
import { steerByKeyboard } from './scene/keyboard';
import { Navigation, overview } from './scene/navigation';
import { Stage } from './scene/stage';
import { formatPermalink, parsePermalink } from './state/permalink';
import { BLANK, sameObject, type ObjectRef, type Store } from './state/store';
import { City, frameOf } from './tiles/city';
import { Painter } from './tiles/painter';
import { Picking } from './tiles/picking';
import type { TileFeature } from './tiles/features';
import { TOOLS } from './tools/registry';
import type { Rooms } from './tools/tool';
import { keepClear } from './ui/clearance';
import { text, type Context } from './ui/context';
import { part } from './ui/dom';
import { footer } from './ui/footer';
import { header } from './ui/header';
import { wear } from './ui/looks';
import { LostWebGL, NoWebGL, giveUp, tell, warn } from './ui/message';
import { objectPanel } from './ui/objectpanel';
import { side } from './ui/side';
import { Toolbox } from './ui/toolbox';
import { watchConnection } from './ui/connection';
import { staffButton } from './ui/staff/button';
import { controls } from './ui/controls';

const SEARCH_DISTANCE: Readonly<Record<string, number>> = { buurt: 900, straat: 400 };
const NEAR = 180;
let timed = false;

/** Opens the city that the API serves. Throws what keeps it shut. */
export async function openCity(store: Store, api: Api, refused = false): Promise<void> {
  const [twin, catalogue] = await Promise.all([api.twin(), api.catalogue()]);
  wear(twin.theme);
  const [firstTheme] = twin.themes;
  if (!firstTheme) throw new ApiError('no-tiles', 'the twin has no themes');
  const frame = await frameOf(firstTheme);
  const subjects = new Subjects(api, catalogue, twin);
  const context: Context = { store, api, twin, catalogue, subjects, legends: new Legends() };

  const stage = openStage(part('view'));
  const city = new City(stage, twin.themes, frame);
  const home = overview(twin.bbox, stage.camera.aspect, coveredByPanels(store));
  const navigation = new Navigation(stage, frame, city.group, home);
  const painter = new Painter(city, stage);
  const picking = new Picking(stage, city);
  const colours = new ColourSource(store, api, subjects);

  city.onError = warnOnce(context);
  city.hide(store.get().hidden);
  store.on(['hidden'], ({ hidden }) => {
    city.hide(hidden);
  });
  colours.on((status) => {
    painter.colour(status.kind === 'ready' ? status.colouring : null);
  });
  followSelection(context, painter);
  followPointer(context, stage, painter, picking, navigation);

  header(context, (result) => void goTo(context, navigation, city, result));
  void staffButton(context, refused);
  side(context, colours);
  objectPanel(context);
  footer(context);
  const steering = controls(context, { stage, navigation, city, frame });
  part('view').append(steering.element);
  rememberInput();
  keepClear();
  watchConnection(context);
  followEmbedding(store);

  navigation.onMove = steering.follow;
  navigation.onRest = (pose) => {
    store.set({ pose });
  };
  navigation.jump(store.get().pose ?? home);
  keepPermalink(store, navigation);
  const rooms: Rooms = { ...context, stage, frame, city, navigation, painter, picking };
  const toolbox = new Toolbox(rooms, TOOLS);
  sayWhenIdle(rooms, toolbox);
  await colours.follow();
}

// Beside the city stand panels of one width; on a phone they lie above and below it.
function coveredByPanels(store: Store): number {
  const right = part('header').getBoundingClientRect().right / window.innerWidth;
  return store.get().embed || right > 0.5 ? 0 : right;
}

function openStage(host: HTMLElement): Stage {
  let stage: Stage;
  try {
    stage = new Stage(host);
  } catch (reason) {
    throw new NoWebGL('no WebGL 2', { cause: reason });
  }
  return stage;
}

function followSelection({ store }: Context, painter: Painter): void {
  painter.select(store.get().selection);
  store.on(['selection'], ({ selection }) => {
    painter.select(selection);
  });
}

function followPointer(context: Context, stage: Stage, painter: Painter, picking: Picking, navigation: Navigation): void {
  const { store } = context;
  const { canvas } = stage;
  const select = (feature: TileFeature | null): void => {
    const selection: ObjectRef | null = feature && { collection: feature.collection, id: feature.id };
    if (!sameObject(selection, store.get().selection)) store.set({ selection });
  };
  picking.onPick = select;
  picking.onHover = (feature) => {
    painter.hover(feature);
    canvas.classList.toggle('over-object', feature !== null);
  };
  const name = (): void => {
    canvas.setAttribute('aria-label', text(context, 'view.label'));
  };
  canvas.tabIndex = 0;
  canvas.setAttribute('role', 'application');
  canvas.addEventListener('webglcontextlost', () => {
    giveUp(store.get().language, new LostWebGL());
  });
  store.on(['language'], name);
  name();
  const pickCenter = (): void => {
    if (!picking.chooseCenter()) tell(text(context, 'view.nothing'));
  };
  steerByKeyboard(canvas, navigation, pickCenter, () => {
    store.set({ selection: null });
  });
}

async function goTo({ store, api }: Context, navigation: Navigation, city: City, result: SearchResult): Promise<void> {
  const [x, y] = result.rd;
  navigation.lookAt(x, y, result.z ?? 0, SEARCH_DISTANCE[result.kind] ?? NEAR);
  const { collection, id } = result;
  if (collection === null || id === null) return;
  if (city.themeOf(collection)) store.set({ selection: { collection, id } });
  if (collection !== 'verblijfsobject') return;
  // An address has no shape of its own: its pand is what can be shown.
  const { pand_ids: panden } = (await api.item(collection, id)).properties;
  if (Array.isArray(panden) && typeof panden[0] === 'string') {
    store.set({ selection: { collection: COLOURED, id: panden[0] } });
  }
}

function keepPermalink(store: Store, navigation: Navigation): void {
  const write = (): void => {
    window.history.replaceState(null, '', formatPermalink(store.get()));
  };
  store.on(['language', 'pose', 'hidden', 'colourBy', 'selection', 'filter', 'embed', 'open', 'tools'], write);
  window.addEventListener('hashchange', () => {
    const { pose, ...rest } = parsePermalink(window.location.hash);
    store.set({ ...BLANK, pose: store.get().pose, ...rest });
    if (pose) navigation.jump(pose);
  });
  write();
}

// The page says on <html> whether it has come to rest; tests and print scripts wait for it.
function sayWhenIdle(rooms: Rooms, toolbox: Toolbox): void {
  const { stage, city, navigation } = rooms;
  const root = document.documentElement;
  const say = (): boolean => {
    const idle = city.idle && toolbox.idle && !navigation.moving;
    root.dataset['state'] = idle ? 'idle' : 'busy';
    timePicture(city);
    part('view').classList.toggle('loading', !city.idle);
    part('view').dataset['loading'] = text(rooms, 'view.loading');
    return false;
  };
  stage.beforeFrame(say);
}

// In the browser's own timeline: when something of the city is first drawn.
function timePicture(city: City): void {
  if (timed || city.loaded().next().done === true) return;
  timed = true;
  performance.mark('first-picture');
}

function followEmbedding(store: Store): void {
  const follow = (): void => {
    document.documentElement.classList.toggle('embedded', store.get().embed);
  };
  store.on(['embed'], follow);
  follow();
}

// Browsers also ring a canvas that a script focused after a click; the page rings it for keyboards only.
function rememberInput(): void {
  const { dataset } = document.documentElement;
  window.addEventListener('pointerdown', () => (dataset['input'] = 'pointer'), true);
  window.addEventListener('keydown', () => (dataset['input'] = 'keyboard'), true);
}

function warnOnce(context: Context): (theme: Theme) => void {
  const warned = new Set<string>();
  return (theme) => {
    if (warned.has(theme.id)) return;
    warned.add(theme.id);
    const { language } = context.store.get();
    warn(language, text(context, 'error.tiles', { theme: theme.title[language] }));
  };
}
