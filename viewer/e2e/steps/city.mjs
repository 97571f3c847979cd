// What steps of several topics do with the city.

/** Clicks until a pand is chosen, and gives its id. */
// The middle may show a street or a square: points on ever wider rings are tried until one is a pand.
export async function pickPand(visit) {
  const { page } = visit;
  for (let ring = 0; ring <= 6; ring++) {
    for (let turn = 0; turn < (ring === 0 ? 1 : 8); turn++) {
      const angle = (turn / 8 + ring / 16) * 2 * Math.PI;
      await page.mouse.click(640 + 40 * ring * Math.cos(angle), 384 + 30 * ring * Math.sin(angle));
      await visit.idle();
      const pand = /object=pand\/([^&]+)/.exec(visit.hash())?.[1];
      if (!pand) continue;
      await page.waitForSelector('#object .fact');
      return pand;
    }
  }
  throw new Error('no pand around the middle of the view');
}

/** Looks straight down on the middle of the city, or a place in RD, from `height` metres; gives the place. */
export async function straightDown(visit, height, at) {
  const { bbox } = await visit.api('/api/twin');
  const [x, y] = at ?? [(bbox[0] + bbox[2]) / 2, (bbox[1] + bbox[3]) / 2].map(Math.round);
  await visit.look(`${x},${y},${height},0,-90`);
  return [x, y];
}

/** Opens a tool by its button and waits until it is there. */
export async function openTool(visit, id) {
  await visit.page.click(`#toolbar [data-tool=${id}]`);
  await visit.page.waitForSelector(`[data-tool=${id}] .tool__body`);
  await visit.idle();
}

/** Draw calls and triangles of one frame. */
export async function drawnIn(page) {
  return page.evaluate(async () => {
    const gl = document.querySelector('#view > canvas').getContext('webgl2');
    const frames = [{ calls: 0, triangles: 0 }];
    const count = (name, triangles) => {
      const draw = gl[name].bind(gl);
      gl[name] = (...parameters) => {
        const frame = frames.at(-1);
        frame.calls++;
        frame.triangles += triangles(...parameters);
        draw(...parameters);
      };
    };
    count('drawElements', (_mode, indices) => indices / 3);
    count('drawArrays', (_mode, _first, vertices) => vertices / 3);
    count('drawElementsInstanced', (_mode, indices, _type, _offset, instances) => (indices / 3) * instances);
    count('drawArraysInstanced', (_mode, _first, vertices, instances) => (vertices / 3) * instances);
    // A mouse that moves asks for a frame, and what it then hovers over may ask for another.
    document.querySelector('#view > canvas').dispatchEvent(new window.PointerEvent('pointermove', { pointerType: 'mouse', clientX: 600, clientY: 400 }));
    for (let frame = 0; frame < 3; frame++) {
      await new Promise((done) => window.requestAnimationFrame(done));
      frames.push({ calls: 0, triangles: 0 });
    }
    for (const name of ['drawElements', 'drawArrays', 'drawElementsInstanced', 'drawArraysInstanced']) delete gl[name];
    return frames.reduce((most, frame) => (frame.calls > most.calls ? frame : most));
  });
}
