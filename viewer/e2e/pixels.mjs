import { inflateSync } from 'node:zlib';

/** Two pictures of one view differ at most this much: along edges that land on another sample. */
export const SAME = 0.002;

/** Reads an 8-bit RGB or RGBA PNG: width, height, channels and raw bytes. */
export function decodePng(png) {
  let at = 8;
  let header = null;
  const parts = [];
  while (at < png.length) {
    const length = png.readUInt32BE(at);
    const type = png.toString('latin1', at + 4, at + 8);
    const body = png.subarray(at + 8, at + 8 + length);
    if (type === 'IHDR') header = { width: body.readUInt32BE(0), height: body.readUInt32BE(4), channels: body[9] === 6 ? 4 : 3 };
    if (type === 'IDAT') parts.push(body);
    at += length + 12;
  }
  return { ...header, data: unfilter(inflateSync(Buffer.concat(parts)), header) };
}

/** Share of the pixels that differ between two pictures of one size by more than `tolerance` in a channel. */
export function difference(a, b, tolerance = 8) {
  const [one, two] = [decodePng(a), decodePng(b)];
  if (one.width !== two.width || one.height !== two.height) return 1;
  let differing = 0;
  for (let i = 0; i < one.data.length; i += one.channels) {
    if ([0, 1, 2].some((channel) => Math.abs(one.data[i + channel] - two.data[i + channel]) > tolerance)) differing++;
  }
  return differing / (one.width * one.height);
}

/** Share of the pixels that are not the most common colour, and the number of colours. */
export function content(png) {
  const { data, channels, width, height } = decodePng(png);
  const counts = new Map();
  for (let i = 0; i < data.length; i += channels) {
    const colour = (data[i] << 16) | (data[i + 1] << 8) | data[i + 2];
    counts.set(colour, (counts.get(colour) ?? 0) + 1);
  }
  return { drawn: 1 - Math.max(...counts.values()) / (width * height), colours: counts.size };
}

function unfilter(raw, { width, height, channels }) {
  const stride = width * channels;
  const out = Buffer.alloc(stride * height);
  for (let y = 0; y < height; y++) {
    const filter = raw[y * (stride + 1)];
    for (let x = 0; x < stride; x++) {
      const left = x >= channels ? out[y * stride + x - channels] : 0;
      const up = y > 0 ? out[(y - 1) * stride + x] : 0;
      const corner = x >= channels && y > 0 ? out[(y - 1) * stride + x - channels] : 0;
      const guess = [0, left, up, (left + up) >> 1, paeth(left, up, corner)][filter];
      out[y * stride + x] = (raw[y * (stride + 1) + 1 + x] + guess) & 255;
    }
  }
  return out;
}

function paeth(a, b, c) {
  const [pa, pb, pc] = [Math.abs(b - c), Math.abs(a - c), Math.abs(a + b - 2 * c)];
  if (pa <= pb && pa <= pc) return a;
  return pb <= pc ? b : c;
}
