// Draws web/icons.json into the sprite that map styles name: build/assets/sprites/sarhad{,@2x}.{png,json}.
// The icons are signed distance fields, so a style gives them their colour and halo: the colour stays in one table.
// Encoding as MapLibre reads it: alpha 192/255 on the outline, 8 pixels of distance over the whole range (2 inside).
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { deflateSync } from "node:zlib";
import { Resvg } from "@resvg/resvg-js";

const icons = JSON.parse(readFileSync(new URL("../icons.json", import.meta.url), "utf8"));
const target = new URL("../../build/assets/sprites/", import.meta.url).pathname;
const box = 24; // units of an icon
const margin = 4; // room for the halo, in the same units
const oversample = 8; // the outline is found at this many samples a pixel
const columns = 8;

function coverage(path, samples) {
  const side = (box + 2 * margin) * samples;
  const svg =
    `<svg xmlns="http://www.w3.org/2000/svg" width="${side}" height="${side}" ` +
    `viewBox="${-margin} ${-margin} ${box + 2 * margin} ${box + 2 * margin}">` +
    `<path fill-rule="evenodd" d="${path}"/></svg>`;
  const pixels = new Resvg(svg).render().pixels;
  const inside = new Uint8Array(side * side);
  for (let i = 0; i < inside.length; i++) inside[i] = pixels[4 * i + 3] > 127 ? 1 : 0;
  return { inside, side };
}

// Squared distance to the nearest marked cell, exact: Felzenszwalb and Huttenlocher, "Distance Transforms of Sampled
// Functions", 2012, one dimension after the other.
function squaredDistances(marked, side) {
  const far = 1e20;
  const grid = Float64Array.from(marked, (m) => (m ? 0 : far));
  const f = new Float64Array(side);
  const v = new Int32Array(side);
  const z = new Float64Array(side + 1);
  const pass = (offset, stride) => {
    for (let q = 0; q < side; q++) f[q] = grid[offset + q * stride];
    let k = 0;
    v[0] = 0;
    z[0] = -far;
    z[1] = far;
    for (let q = 1; q < side; q++) {
      let s;
      do {
        const r = v[k];
        s = (f[q] - f[r] + q * q - r * r) / (q - r) / 2;
      } while (s <= z[k] && --k > -1);
      k++;
      v[k] = q;
      z[k] = s;
      z[k + 1] = far;
    }
    k = 0;
    for (let q = 0; q < side; q++) {
      while (z[k + 1] < q) k++;
      grid[offset + q * stride] = f[v[k]] + (q - v[k]) * (q - v[k]);
    }
  };
  for (let x = 0; x < side; x++) pass(x, side);
  for (let y = 0; y < side; y++) pass(y * side, 1);
  return grid;
}

function distanceField(path, pixelRatio) {
  const { inside, side } = coverage(path, pixelRatio * oversample);
  const toInside = squaredDistances(inside, side);
  const toOutside = squaredDistances(inside.map((m) => 1 - m), side);
  const size = side / oversample;
  const alpha = new Uint8Array(size * size);
  for (let y = 0; y < size; y++)
    for (let x = 0; x < size; x++) {
      let sum = 0; // over the four samples around the pixel's centre
      for (const dy of [-1, 0])
        for (const dx of [-1, 0]) {
          const i = ((y + 0.5) * oversample + dy) * side + (x + 0.5) * oversample + dx;
          sum += Math.sqrt(toOutside[i]) - Math.sqrt(toInside[i]);
        }
      const distance = sum / 4 / oversample; // pixels of this sprite, positive inside
      alpha[y * size + x] = Math.max(0, Math.min(255, Math.round(192 + (distance * 255) / 8)));
    }
  return { alpha, size };
}

function png(width, height, rgba) {
  const crcTable = Int32Array.from({ length: 256 }, (_, n) => {
    let c = n;
    for (let k = 0; k < 8; k++) c = c & 1 ? 0xedb88320 ^ (c >>> 1) : c >>> 1;
    return c;
  });
  const chunk = (type, data) => {
    const out = Buffer.alloc(data.length + 12);
    out.writeUInt32BE(data.length, 0);
    out.write(type, 4, "latin1");
    data.copy(out, 8);
    let crc = -1;
    for (const byte of out.subarray(4, data.length + 8)) crc = crcTable[(crc ^ byte) & 255] ^ (crc >>> 8);
    out.writeInt32BE(~crc, data.length + 8);
    return out;
  };
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.set([8, 6, 0, 0, 0], 8); // 8 bits, RGBA
  const rows = Buffer.alloc((width * 4 + 1) * height);
  for (let y = 0; y < height; y++) rgba.copy(rows, y * (width * 4 + 1) + 1, y * width * 4, (y + 1) * width * 4);
  const signature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
  return Buffer.concat([signature, chunk("IHDR", header), chunk("IDAT", deflateSync(rows, { level: 9 })),
    chunk("IEND", Buffer.alloc(0))]);
}

mkdirSync(target, { recursive: true });
const names = Object.keys(icons);
for (const pixelRatio of [1, 2]) {
  const cell = (box + 2 * margin) * pixelRatio;
  const width = columns * cell;
  const height = Math.ceil(names.length / columns) * cell;
  const rgba = Buffer.alloc(width * height * 4);
  const index = {};
  names.forEach((name, n) => {
    const x = (n % columns) * cell;
    const y = Math.floor(n / columns) * cell;
    const { alpha, size } = distanceField(icons[name], pixelRatio);
    for (let row = 0; row < size; row++)
      for (let column = 0; column < size; column++)
        rgba[((y + row) * width + x + column) * 4 + 3] = alpha[row * size + column];
    index[name] = { x, y, width: cell, height: cell, pixelRatio, sdf: true };
  });
  const suffix = pixelRatio === 1 ? "" : "@2x";
  writeFileSync(`${target}/sarhad${suffix}.png`, png(width, height, rgba));
  writeFileSync(`${target}/sarhad${suffix}.json`, JSON.stringify(index));
}
console.log(`sprites: ${names.length} icons`);
