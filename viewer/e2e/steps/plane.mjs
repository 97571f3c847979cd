// What steps of several topics reckon in RD.

export function span(a, b) {
  return Math.hypot(b[0] - a[0], b[1] - a[1]);
}

export function away(point, a, b) {
  const [dx, dy] = [b[0] - a[0], b[1] - a[1]];
  const along = Math.max(0, Math.min(1, ((point[0] - a[0]) * dx + (point[1] - a[1]) * dy) / (dx * dx + dy * dy || 1)));
  return span(point, [a[0] + along * dx, a[1] + along * dy]);
}

export function inside([x, y], ring) {
  let odd = false;
  for (let at = 1; at < ring.length; at++) {
    const [[x1, y1], [x2, y2]] = [ring[at - 1], ring[at]];
    if (y1 > y !== y2 > y && x < x1 + ((y - y1) * (x2 - x1)) / (y2 - y1)) odd = !odd;
  }
  return odd;
}
