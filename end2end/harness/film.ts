// What a camera sees, as a film that Chromium plays for it: a few frames of tags on a wall, held in an unsteady hand.

import { closeSync, openSync, writeSync } from "node:fs";
import encodeQR from "qr";

const WIDTH = 1280;
const HEIGHT = 720;
const FRAMES = 4;
/** Pictures a second: as many as a phone takes in dim light, for a browser without a graphics card draws each of them. */
const RATE = 15;
const LIGHT = 235;
const DARK = 25;

/** A printed code. Lengths are shares of the frame's height; its middle is where `x` and `y` say, from the frame's. */
export interface Label {
  text: string;
  edge?: number;
  x?: number;
  y?: number;
  /** Turned by so many degrees. */
  turned?: number;
  /** Leaning back: 0.3 makes its far edge look a third shorter. */
  leaning?: number;
}

export interface View {
  labels: Label[];
  /** Each pixel is the mean of those so many pixels away. */
  blurred?: number;
  /** 1 is daylight. What is missing, the sensor fills with noise. */
  light?: number;
}

/** Writes the film: YUV4MPEG2, 4:2:0, grey. */
export function film(path: string, view: View): void {
  const file = openSync(path, "w");
  writeSync(file, `YUV4MPEG2 W${WIDTH} H${HEIGHT} F${RATE}:1 Ip A1:1 C420jpeg\n`);
  const colourless = new Uint8Array((WIDTH * HEIGHT) / 2).fill(128);
  const random = xorshift(7);
  for (let frame = 0; frame < FRAMES; frame++) {
    let picture = wall();
    for (const label of view.labels) picture = print(picture, label, { x: 1.7 * frame, y: -1.1 * frame });
    if (view.blurred) picture = blur(picture, view.blurred);
    writeSync(file, "FRAME\n");
    writeSync(file, exposed(picture, view.light ?? 1, random));
    writeSync(file, colourless);
  }
  closeSync(file);
}

/** Brighter on one side, as walls are. */
function wall(): Float32Array {
  return new Float32Array(WIDTH * HEIGHT).map((_, i) => 150 + (50 * (i % WIDTH)) / WIDTH);
}

function print(picture: Float32Array, label: Label, shake: { x: number; y: number }): Float32Array {
  const { text, edge = 0.7, x = 0, y = 0, turned = 0, leaning = 0 } = label;
  // With its quiet zone of four modules.
  const modules = encodeQR(text, "raw", { ecc: "medium", border: 4 });
  const [middleX, middleY] = [WIDTH / 2 + x * HEIGHT + shake.x, HEIGHT / 2 + y * HEIGHT + shake.y];
  const [sin, cos] = [Math.sin((turned * Math.PI) / 180), Math.cos((turned * Math.PI) / 180)];
  const brightness = (column: number, row: number): number | undefined => {
    const [dx, dy] = [(column - middleX) / (edge * HEIGHT), (row - middleY) / (edge * HEIGHT)];
    const [u, v] = [cos * dx + sin * dy, cos * dy - sin * dx];
    const depth = 1 + leaning * (0.5 - v);
    const [across, down] = [Math.floor((u * depth + 0.5) * modules.length), Math.floor((v * depth + 0.5) * modules.length)];
    // Asked beforehand: to look for what is not in an array takes a hundred times as long.
    if (across < 0 || down < 0 || across >= modules.length || down >= modules.length) return undefined;
    return modules[down]![across] ? DARK : LIGHT;
  };
  return picture.map((wall, i) => {
    const [column, row] = [i % WIDTH, Math.floor(i / WIDTH)];
    // A camera's pixel is the mean of what falls on it.
    let sum = 0;
    for (const dx of [0.25, 0.75]) for (const dy of [0.25, 0.75]) sum += brightness(column + dx, row + dy) ?? wall;
    return sum / 4;
  });
}

function blur(picture: Float32Array, reach: number): Float32Array {
  const along = (from: Float32Array, step: number, place: (i: number) => number, length: number) =>
    from.map((_, i) => {
      let [sum, count] = [0, 0];
      for (let d = -reach; d <= reach; d++) {
        const at = place(i) + d;
        if (at < 0 || at >= length) continue;
        sum += from[i + d * step]!;
        count++;
      }
      return sum / count;
    });
  const rows = along(picture, 1, (i) => i % WIDTH, WIDTH);
  return along(rows, WIDTH, (i) => Math.floor(i / WIDTH), HEIGHT);
}

function exposed(picture: Float32Array, light: number, random: () => number): Uint8Array {
  const noise = 12 * (1 - light);
  return new Uint8Array(picture.map((pixel) => Math.min(255, Math.max(0, 8 + pixel * light * 0.95 + noise * (random() - 0.5)))));
}

/** In 0..1, the same on every run. */
function xorshift(seed: number): () => number {
  let state = seed;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) / 2 ** 32;
  };
}
