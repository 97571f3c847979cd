import { readFile } from 'node:fs/promises';
import { decodePng, difference } from '../pixels.mjs';
import { expect } from '../visit.mjs';
import { openTool, pickPand, straightDown } from './city.mjs';
import { build, changing, fill, indicator, judged, more, openPart, variantOf } from './variant.mjs';

export const editing = [
  ['Moves a pand by typing', movesByTyping],
  ['Drags and turns it by its handles', drags],
  ['Moves and turns it by keyboard', steers],
  ['Opens a building in 3D and changes what it is', opensIn3d],
  ['Raises a pand and changes its mind', raises],
  ['Gives a pand another use and dwellings', changes],
  ['Counts over the area that is drawn', draws],
  ['Does it all by keyboard', types],
  ['Takes in a design, places and scales it', imports],
  ['Takes in the same design as glTF and as CityJSON', formats],
  ['Takes in an IFC, or tells why this server can not', takesIfc],
  ['Tells what is no design', refuses],
];

const near = (a, b, most) => Math.abs(a - b) <= most;

async function editOf(page, kind) {
  return (await variantOf(page)).edits.find((edit) => edit.kind === kind);
}

async function movesByTyping(visit) {
  const { page } = visit;
  await straightDown(visit, 160);
  await openTool(visit, 'scenario');
  const pand = await pickPand(visit);
  await page.mouse.move(5, 5);
  const before = await visit.picture();
  await changing(visit, () => page.click('.scenario button:has-text("Verplaatsen")'));
  await page.waitForSelector('.handle--move:visible');
  await fill(visit, 'scenario-edit-dx', 12.5);
  await fill(visit, 'scenario-edit-dy', -4);
  await fill(visit, 'scenario-edit-rotation', 30);
  const edit = await editOf(page, 'move');
  expect(edit.pand === pand && edit.dx === 12.5 && edit.dy === -4 && edit.rotation === -30, `the file says ${JSON.stringify(edit)}`);
  await page.mouse.move(5, 5);
  const changed = difference(before, await visit.picture());
  expect(changed > 0.003, `moving changed ${(changed * 100).toFixed(3)}% of the picture`);
  const { before: was, after } = await indicator(page, 'footprint');
  expect(near(was, after, 1), `moving changed the built-up area from ${was} to ${after}`);
  return `${pand}: ${(changed * 100).toFixed(2)}% of the picture`;
}

async function centreOf(page, name) {
  const { x, y, width, height } = await page.locator(`.handle--${name}`).boundingBox();
  return [x + width / 2, y + height / 2];
}

async function drags(visit) {
  const { page } = visit;
  const was = await editOf(page, 'move');
  const [x, y] = await centreOf(page, 'move');
  // The view is straight down: a pixel is this many metres.
  const metres = (2 * 160 * Math.tan(Math.PI / 8)) / (await page.locator('#view > canvas').boundingBox()).height;
  const before = await visit.picture();
  await changing(visit, async () => {
    await page.mouse.move(x, y);
    await page.mouse.down();
    await page.mouse.move(x + 60, y + 20, { steps: 6 });
    await page.mouse.up();
  });
  const moved = await editOf(page, 'move');
  const far = [moved.dx - was.dx, moved.dy - was.dy];
  expect(near(far[0], 60 * metres, 2) && near(far[1], -20 * metres, 2), `dragged ${far}, not ${60 * metres}, ${-20 * metres} m`);
  expect(moved.rotation === was.rotation, 'dragging turned it');
  await page.mouse.move(5, 5);
  expect(difference(before, await visit.picture()) > 0.003, 'dragging changed nothing in the picture');
  const [mx, my] = await centreOf(page, 'move');
  expect(near(mx, x + 60, 3) && near(my, y + 20, 3), 'the handle did not come along');
  const [tx, ty] = await centreOf(page, 'turn');
  await changing(visit, async () => {
    await page.mouse.move(tx, ty);
    await page.mouse.down();
    // To the east of the middle: a quarter clockwise from north.
    await page.mouse.move(mx + Math.hypot(tx - mx, ty - my), my, { steps: 6 });
    await page.mouse.up();
  });
  const turned = await editOf(page, 'move');
  expect(near(turned.rotation, -90, 2), `turned to the east it says ${turned.rotation}`);
  expect(near(Number(await page.inputValue('#scenario-edit-rotation')), 90, 2), 'the form does not follow the handle');
  return `${far.map((value) => value.toFixed(1))} m, ${-turned.rotation} degrees`;
}

async function steers(visit) {
  const { page } = visit;
  const was = await editOf(page, 'move');
  await page.focus('.handle--move');
  await changing(visit, async () => {
    for (const key of ['ArrowRight', 'ArrowRight', 'ArrowUp', 'Shift+ArrowRight']) await page.keyboard.press(key);
  });
  expect(await page.evaluate(() => document.activeElement?.dataset.handle === 'move'), 'the handle lost the focus');
  const moved = await editOf(page, 'move');
  expect(near(moved.dx - was.dx, 2.1, 0.001) && near(moved.dy - was.dy, 1, 0.001), `arrows moved ${moved.dx - was.dx}, ${moved.dy - was.dy}`);
  await page.focus('.handle--turn');
  await changing(visit, async () => {
    await page.keyboard.press('ArrowLeft');
    await page.keyboard.press('ArrowLeft');
  });
  expect(near((await editOf(page, 'move')).rotation - moved.rotation, 10, 0.01), 'two arrows are no ten degrees');
  await changing(visit, () => page.click('button:has-text("Ongedaan maken")'));
  expect((await editOf(page, 'move')).rotation === moved.rotation, 'keys that follow one another are more than one step');
}

async function opensIn3d(visit) {
  const { page } = visit;
  await page.click('#tool button:has-text("Wissen")');
  await build(visit, { width: 16, depth: 12, rotation: 20, height: 9, floors: 3 });
  const was = more(await indicator(page, 'volume'));
  await page.click('[data-edit] .scenario__name');
  expect((await page.locator('#scenario-edit-height').count()) === 0, 'the form does not close');
  const { x, y, width, height } = await page.locator('#view > canvas').boundingBox();
  await page.mouse.click(x + width / 2 + 20, y + height / 2 - 12);
  await page.waitForSelector('#scenario-edit-height');
  const values = {};
  for (const name of ['width', 'depth', 'rotation', 'height', 'floors']) values[name] = Number(await page.inputValue(`#scenario-edit-${name}`));
  expect(JSON.stringify(values) === JSON.stringify({ width: 16, depth: 12, rotation: 20, height: 9, floors: 3 }), `the form opens with ${JSON.stringify(values)}`);
  await fill(visit, 'scenario-edit-width', 20);
  expect(await page.evaluate(() => document.activeElement?.id === 'scenario-edit-depth'), 'Tab does not go on to the next field');
  await fill(visit, 'scenario-edit-height', 12);
  await fill(visit, 'scenario-edit-rotation', 50);
  const turned = await editOf(page, 'add');
  expect(turned.rotation === -50 && turned.rings[0].length === 4, `turned to 50 degrees the file says ${turned.rotation}`);
  await fill(visit, 'scenario-edit-rotation', 20);
  const now = more(await indicator(page, 'volume'));
  expect(near(now - was, 20 * 12 * 12 - 16 * 12 * 9, 3), `the volume went from ${was} to ${now}`);
  await changing(visit, () => page.selectOption('#scenario-edit-roof', 'gable'));
  await fill(visit, 'scenario-edit-slope', 45);
  const gabled = more(await indicator(page, 'volume'));
  expect(near(gabled - now, (20 * 12 * 6) / 2, 4), `a gable of 45 degrees added ${gabled - now} m³`);
  await fill(visit, 'scenario-edit-dwellings', 7);
  expect(more(await indicator(page, 'dwellings')) === 7, 'the dwellings that were typed do not count');
  await page.fill('#scenario-edit-label', 'Het <b>Hof</b>');
  await changing(visit, () => page.press('#scenario-edit-label', 'Tab'));
  expect((await page.textContent('[data-edit] .scenario__name')) === 'Het <b>Hof</b>', 'the name is not what was typed');
  return `${was} to ${gabled} m³`;
}

async function raises(visit) {
  const { page } = visit;
  const floors = await indicator(page, 'floor_area');
  // At the side, away from what was built in the middle.
  const [x, y] = await farPand(visit);
  await page.mouse.click(x, y);
  await page.waitForSelector('#object .fact');
  await changing(visit, () => page.click('.scenario button:has-text("Optoppen")'));
  const name = () => page.locator('[data-edit]').last().locator('.scenario__name').textContent();
  expect(/1 bouwlaag erop \(3 m\)/.test(await name()), `one floor is called ${await name()}`);
  const one = more(await indicator(page, 'floor_area')) - more(floors);
  await fill(visit, 'scenario-edit-floors', 3);
  expect(/3 bouwlagen erop \(9 m\)/.test(await name()), `three floors are called ${await name()}`);
  const three = more(await indicator(page, 'floor_area')) - more(floors);
  expect(near(three, 3 * one, 3) && one > 10, `one floor adds ${one} m², three ${three}`);
  return `${one} and ${three} m²`;
}

/** A point on the screen with a pand that is not in the middle; the farthest are tried first. */
async function farPand(visit) {
  const { page } = visit;
  const away = ([x, y]) => Math.hypot(x - 640, y - 400);
  const points = [420, 500, 580, 660, 740, 820].flatMap((x) => [160, 230, 300, 370, 440, 510, 580, 650].map((y) => [x, y]));
  for (const [x, y] of points.filter((point) => away(point) > 120).sort((one, other) => away(other) - away(one))) {
    await page.mouse.click(x, y);
    await visit.idle();
    if (/object=pand\//.test(visit.hash())) {
      await page.waitForSelector('#object .fact');
      return [x, y];
    }
  }
  throw new Error('no pand away from the middle');
}

async function changes(visit) {
  const { page } = visit;
  await page.click('#tool button:has-text("Wissen")');
  await visit.idle();
  const pand = await pickPand(visit);
  await changing(visit, () => page.click('.scenario button:has-text("Kenmerken wijzigen")'));
  await page.waitForFunction(() => /Nu: /.test(document.querySelector('[data-edit] .scenario__form')?.textContent ?? ''));
  const { before, after } = await indicator(page, 'dwellings');
  expect(before === after, 'an edit that changes nothing changes the dwellings');
  await fill(visit, 'scenario-edit-dwellings', 40);
  const with40 = more(await indicator(page, 'dwellings'));
  await fill(visit, 'scenario-edit-dwellings', 50);
  const with50 = more(await indicator(page, 'dwellings'));
  expect(near(with50 - with40, 10, 0.01) && with40 > 0, `40 dwellings add ${with40}, 50 add ${with50}`);
  await page.mouse.move(5, 5);
  expect(orange(await visit.picture()) > 300, 'the pand that changes does not stand out');
  await changing(visit, () => page.selectOption('#scenario-edit-use', 'winkelfunctie'));
  const edit = await editOf(page, 'change');
  expect(edit.set.gebruiksdoel === 'winkelfunctie' && edit.set.aantal_woningen === 50, `the file says ${JSON.stringify(edit.set)}`);
  // Left empty it stays as it is.
  await fill(visit, 'scenario-edit-dwellings', '');
  expect(!('aantal_woningen' in (await editOf(page, 'change')).set), 'an empty field stays in the file');
  return `${pand}: ${with50} dwellings more`;
}

function orange(picture) {
  const { data, channels } = decodePng(picture);
  let count = 0;
  for (let i = 0; i < data.length; i += channels) if (data[i] > 100 && data[i] > 1.5 * data[i + 1] && data[i + 1] > 1.5 * data[i + 2]) count++;
  return count;
}

async function draws(visit) {
  const { page } = visit;
  await page.click('#tool button:has-text("Wissen")');
  await build(visit, { width: 16, depth: 12, rotation: 0, height: 9, floors: 3 });
  await page.click('[data-edit] .scenario__name');
  const whole = await page.locator('.scenario > p[role=status]').textContent();
  await openPart(page, 'area');
  await page.mouse.move(5, 5);
  const before = await visit.picture();
  await page.click('button:has-text("Gebied tekenen")');
  // Two corners by mouse, one in the middle of another view by keyboard, one more by mouse.
  for (const [x, y] of [[560, 320], [760, 320], [760, 460]]) await page.mouse.click(x, y);
  await page.mouse.click(560, 460);
  await changing(visit, () => page.click('button:has-text("Gebied sluiten")'));
  const { area } = await variantOf(page);
  const m2 = Math.abs(area.reduce((sum, [x, y], i) => sum + (x - area[0][0]) * (area[(i + 1) % area.length][1] - area[0][1]) - (area[(i + 1) % area.length][0] - area[0][0]) * (y - area[0][1]), 0) / 2);
  const metres = (2 * 160 * Math.tan(Math.PI / 8)) / (await page.locator('#view > canvas').boundingBox()).height;
  expect(near(m2, 200 * 140 * metres ** 2, 200 * 140 * metres ** 2 * 0.1), `drew ${m2} m², not ${200 * 140 * metres ** 2}`);
  const now = await page.locator('.scenario > p[role=status]').textContent();
  expect(now !== whole && now.includes('plangebied'), `figures over ${now}`);
  const told = Number(/\(([\d.]+) m²\)/.exec(now)[1].replaceAll('.', ''));
  expect(near(told, m2, 2), `the figures are over ${told} m², the area has ${m2}`);
  const gsi = await indicator(page, 'gsi');
  const footprint = await indicator(page, 'footprint');
  expect(near(gsi.after, footprint.after / m2, 0.01), `GSI ${gsi.after} is not ${footprint.after} m² over ${m2}`);
  await page.mouse.move(5, 5);
  expect(difference(before, await visit.picture()) > 0.001, 'the area is not drawn');
  await changing(visit, () => page.click('button:has-text("Gebied wissen")'));
  expect((await page.locator('.scenario > p[role=status]').textContent()) === whole, 'without the area the figures are other ones');
  return `${Math.round(m2)} m²`;
}

async function types(visit) {
  const { page } = visit;
  const press = async (button) => {
    await page.focus(`.scenario button:text-is("${button}")`);
    await page.keyboard.press('Enter');
  };
  if (await page.isVisible('.scenario')) {
    await page.click('#tool button:has-text("Wissen")');
    await visit.idle();
  } else {
    await straightDown(visit, 160);
    await openTool(visit, 'scenario');
  }
  const pand = await pickPand(visit);
  const { features } = await visit.api(`/api/collections/pand/items?filter=identificatie='${pand}'&crs=http://www.opengis.net/def/crs/EPSG/0/28992`);
  const ring = features[0].geometry.coordinates[0].slice(0, -1);
  await straightDown(visit, 160, [0, 1].map((axis) => (ring.reduce((sum, corner) => sum + corner[axis], 0) / ring.length).toFixed(2)));
  await page.focus('#view > canvas');
  await page.keyboard.press('Escape');
  await page.keyboard.press('Enter');
  await page.waitForSelector('#object .fact');
  await changing(visit, () => press('Verplaatsen'));
  expect(await page.evaluate(() => document.activeElement?.id === 'scenario-edit-dx'), 'the form that opens does not get the focus');
  await changing(visit, async () => {
    await page.keyboard.type('8');
    await page.keyboard.press('Tab');
  });
  const edit = await editOf(page, 'move');
  expect(edit.pand === pand && edit.dx !== 0, `the file says ${JSON.stringify(edit)}`);
  if (!(await page.isVisible('[data-part=area][open]'))) {
    await page.focus('[data-part=area] > summary');
    await page.keyboard.press('Enter');
  }
  await press('Gebied tekenen');
  await page.focus('#view > canvas');
  for (const key of ['Enter', 'ArrowRight', 'Enter', 'ArrowUp', 'Enter', 'ArrowLeft', 'Enter']) {
    await page.keyboard.press(key);
    await visit.idle();
  }
  await changing(visit, () => press('Gebied sluiten'));
  const { area } = await variantOf(page);
  expect(area.length === 4, `four corners by keyboard are an area of ${JSON.stringify(area)}`);
}

/** A box of 8 by 6 m and 5 m high as an OBJ, y up. */
const BOX = [
  ...[[0, 0], [8, 0], [8, 6], [0, 6]].flatMap(([x, z]) => [`v ${x} 0 ${z}`, `v ${x} 5 ${z}`]),
  'f 1 3 5 7', 'f 2 8 6 4', 'f 1 2 4 3', 'f 3 4 6 5', 'f 5 6 8 7', 'f 7 8 2 1',
].join('\n');

async function imports(visit) {
  const { page } = visit;
  await page.click('#tool button:has-text("Wissen")');
  await visit.idle();
  await openPart(page, 'design');
  await page.mouse.move(5, 5);
  const before = await visit.picture();
  await changing(visit, () => page.setInputFiles('#scenario-design', { name: 'hof-1.obj', mimeType: 'model/obj', buffer: Buffer.from(BOX) }));
  await page.waitForSelector('#scenario-edit-scale');
  const volume = async () => more(await indicator(page, 'volume'));
  const was = await volume();
  expect(near(was, 8 * 6 * 5, 2), `the box has ${was} m³`);
  expect(/8 × 6 m, 5 m hoog/.test(await page.textContent('[data-edit] .scenario__form')), 'the form tells other measures');
  await fill(visit, 'scenario-edit-scale', 2);
  expect(near(await volume(), 8 * was, 10), `twice as large it has ${await volume()} m³`);
  await page.mouse.move(5, 5);
  const drawn = difference(before, await visit.picture());
  expect(drawn > 0.001, 'the design is not drawn');
  const [x, y] = [Number(await page.inputValue('#scenario-edit-x')), Number(await page.inputValue('#scenario-edit-y'))];
  await fill(visit, 'scenario-edit-x', x + 20);
  await fill(visit, 'scenario-edit-rotation', 45);
  await page.click('[data-edit] button:has-text("Plaats aanwijzen")');
  await changing(visit, () => page.mouse.click(760, 300));
  const edit = await editOf(page, 'import');
  const metres = (2 * 160 * Math.tan(Math.PI / 8)) / (await page.locator('#view > canvas').boundingBox()).height;
  expect(near(edit.position[0] - x, 120 * metres, 4) && near(edit.position[1] - y, 84 * metres, 4), `pointed ${edit.position} from ${[x, y]}`);
  expect(edit.rotation === -45 && edit.scale === 2 && edit.label === 'hof-1.obj', `the file says ${JSON.stringify({ ...edit, mesh: null })}`);
  return `${was} m³, ${(drawn * 100).toFixed(2)}% of the picture`;
}

/** Corners and faces of that box, z up, in metres from its corner. */
const CORNERS = [0, 5].flatMap((z) => [[0, 0, z], [8, 0, z], [8, 6, z], [0, 6, z]]);
const FACES = [[0, 3, 2, 1], [4, 5, 6, 7], [0, 1, 5, 4], [1, 2, 6, 5], [2, 3, 7, 6], [3, 0, 4, 7]];

function cityjson([x, y, z]) {
  const solid = { type: 'Solid', lod: '2', boundaries: [FACES.map((face) => [face])] };
  return JSON.stringify({
    type: 'CityJSON',
    version: '2.0',
    metadata: { referenceSystem: 'https://www.opengis.net/def/crs/EPSG/0/7415' },
    transform: { scale: [0.001, 0.001, 0.001], translate: [x, y, z] },
    CityObjects: { hof: { type: 'Building', geometry: [solid] } },
    vertices: CORNERS.map((corner) => corner.map((value) => value * 1000)),
  });
}

function gltf() {
  const positions = Buffer.from(Float32Array.from(CORNERS.flatMap(([x, y, z]) => [x, z, -y])).buffer);
  const indices = Buffer.from(Uint16Array.from(FACES.flatMap(([a, b, c, d]) => [a, b, c, a, c, d])).buffer);
  const bytes = Buffer.concat([positions, indices]);
  return JSON.stringify({
    asset: { version: '2.0' },
    scene: 0,
    scenes: [{ nodes: [0] }],
    nodes: [{ mesh: 0 }],
    meshes: [{ primitives: [{ attributes: { POSITION: 0 }, indices: 1 }] }],
    accessors: [
      { bufferView: 0, componentType: 5126, count: 8, type: 'VEC3', min: [0, 0, -6], max: [8, 5, 0] },
      { bufferView: 1, componentType: 5123, count: 36, type: 'SCALAR' },
    ],
    bufferViews: [
      { buffer: 0, byteOffset: 0, byteLength: positions.length },
      { buffer: 0, byteOffset: positions.length, byteLength: indices.length },
    ],
    buffers: [{ byteLength: bytes.length, uri: `data:application/octet-stream;base64,${bytes.toString('base64')}` }],
  });
}

async function formats(visit) {
  const { page } = visit;
  const { position } = await editOf(page, 'import');
  const told = [];
  for (const [name, file] of [['hof.gltf', gltf()], ['hof.city.json', cityjson([...position.map(Math.round), 0])]]) {
    await page.click('[data-edit] button:has-text("Verwijderen")');
    await page.waitForFunction(() => document.querySelectorAll('[data-edit]').length === 0);
    await changing(visit, () => page.setInputFiles('#scenario-design', { name, mimeType: 'application/octet-stream', buffer: Buffer.from(file) }));
    await page.waitForSelector('#scenario-edit-scale');
    const volume = more(await indicator(page, 'volume'));
    expect(near(volume, 8 * 6 * 5, 2), `${name} has ${volume} m³`);
    expect(/8 × 6 m, 5 m hoog/.test(await page.textContent('[data-edit] .scenario__form')), `${name}: the form tells other measures`);
    if (name.endsWith('json')) {
      const { position: placed } = await editOf(page, 'import');
      expect(near(placed[0], Math.round(position[0]), 8) && near(placed[1], Math.round(position[1]), 8), `a CityJSON that says where it stands came at ${placed}, not ${position}`);
    }
    told.push(`${name}: ${volume} m³`);
  }
  return told.join(', ');
}

/** The least that is taken for an IFC. */
const HARDLY_IFC = 'ISO-10303-21;\nEND-ISO-10303-21;\n';

async function takesIfc(visit) {
  const { page } = visit;
  if (await page.isVisible('.scenario')) {
    await page.click('#tool button:has-text("Wissen")');
    await judgedNot(visit);
  } else {
    await straightDown(visit, 160);
    await openTool(visit, 'scenario');
  }
  await openPart(page, 'design');
  await page.mouse.move(5, 5);
  const before = await visit.picture();
  const told = page.locator('[data-part=design] [role=status]');
  const buffer = visit.ifc ? await readFile(visit.ifc) : Buffer.from(HARDLY_IFC);
  await page.setInputFiles('#scenario-design', { name: 'huis.ifc', mimeType: 'application/x-step', buffer });
  await page.waitForSelector('[data-part=design] [role=status]:has-text("Dat lukte niet"), [data-edit] #scenario-edit-scale');
  const refusal = (await page.locator('[data-edit]').count()) === 0 ? await told.textContent() : null;
  if (refusal !== null) {
    visit.faults = visit.faults.filter((fault) => !fault.includes('status of 400'));
    expect(/^Dat lukte niet\. IFC: .{30}/.test(refusal), `the viewer says “${refusal}”`);
    const lacks = refusal.includes("pip install 'gemeentetwin[ifc]'");
    expect(lacks || !visit.ifc, `the house of ${visit.ifc} is refused: ${refusal}`);
    return `skipped: ${lacks ? 'this server lacks the extra [ifc]' : 'no IFC was given with --ifc'}; the viewer says “${refusal}”`;
  }
  await judged(visit);
  // The house of tests/ingest/ifc_house.py: 10 by 8 m, a chimney up to 9.5 m, two storeys.
  const form = await page.textContent('[data-edit] .scenario__form');
  expect(/10 × 8 m, 9,\d m hoog/.test(form), `the form tells other measures: ${form}`);
  const volume = more(await indicator(page, 'volume'));
  expect(near(volume, 10 * 8 * (5.5 + 3 / 2 + 0.3), 5), `the house has ${volume} m³`);
  const floors = more(await indicator(page, 'floor_area'));
  expect(near(floors, 2 * 10 * 8, 2), `two storeys of the house are ${floors} m²`);
  expect((await told.textContent()).includes('2 bouwlagen, volgens het bestand'), `said is ${await told.textContent()}`);
  await page.mouse.move(5, 5);
  const drawn = difference(before, await visit.picture());
  expect(drawn > 0.0005, 'the house is not drawn');
  return `${volume} m³, ${floors} m², ${(drawn * 100).toFixed(2)}% of the picture`;
}

async function refuses(visit) {
  const { page } = visit;
  const edits = await page.locator('[data-edit]').count();
  await page.setInputFiles('#scenario-design', { name: 'brief.obj', mimeType: 'model/obj', buffer: Buffer.from('Geachte raad,') });
  await page.waitForSelector('[data-part=design] [role=status]:has-text("Dat lukte niet. Dit is geen ontwerp dat gelezen kan worden")');
  expect((await page.locator('[data-edit]').count()) === edits, 'what is no design became an edit');
  // The browser says in its console that the server refused, and that is as it should be.
  visit.faults = visit.faults.filter((fault) => !fault.includes('the server responded with a status of 4'));
  await page.click('#tool button:has-text("Wissen")');
  await judgedNot(visit);
}

async function judgedNot(visit) {
  await visit.page.waitForFunction(() => document.querySelectorAll('[data-edit]').length === 0);
  await visit.idle();
}
