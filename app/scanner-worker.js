// Reads the codes in the camera's frames, away from the page that people touch.
//
// The page posts a frame (an ImageBitmap) and gets the texts of the codes in it, or null when nothing here can read.
// One frame at a time. Who reads is decided here alone: the browser's own detector where it has one that knows QR
// codes and works, our scanner everywhere else.
"use strict";

// Between two texts of the scanner's answer.
const SEPARATOR = "\u001e";
// The longest edge that is looked at; what a camera gives beyond it costs time and shows nothing new.
const EDGE_MOST = 1920;

let reader = browsersReader().then((own) => own || scannersReader());

self.onmessage = async ({ data: frame }) => {
  self.postMessage(await texts(frame));
  frame.close();
};

async function texts(frame) {
  try {
    return await (await reader)(frame);
  } catch {
    // The detector's system service may be missing, a scanner that stumbled over a frame begins anew.
    reader = scannersReader();
    return reader.then(() => [], () => null);
  }
}

async function browsersReader() {
  if (!("BarcodeDetector" in self)) return null;
  const formats = await BarcodeDetector.getSupportedFormats().catch(() => []);
  if (!formats.includes("qr_code")) return null;
  const detector = new BarcodeDetector({ formats: ["qr_code"] });
  return async (frame) => (await detector.detect(frame)).map((code) => code.rawValue);
}

async function scannersReader() {
  const { instance } = await WebAssembly.instantiateStreaming(fetch("{{scanner}}"));
  const { memory, room, read, answer } = instance.exports;
  const canvas = new OffscreenCanvas(1, 1);
  const context = canvas.getContext("2d", { willReadFrequently: true });
  return (frame) => {
    const scale = Math.min(1, EDGE_MOST / Math.max(frame.width, frame.height));
    const [width, height] = [frame.width, frame.height].map((edge) => Math.max(1, Math.round(edge * scale)));
    if (canvas.width !== width || canvas.height !== height) Object.assign(canvas, { width, height });
    context.drawImage(frame, 0, 0, width, height);
    const pixels = context.getImageData(0, 0, width, height).data;
    const place = room(pixels.length);
    if (place === 0) return [];
    new Uint8Array(memory.buffer, place, pixels.length).set(pixels);
    const length = read(width, height);
    const bytes = new Uint8Array(memory.buffer, answer(), length);
    return length === 0 ? [] : new TextDecoder().decode(bytes).split(SEPARATOR);
  };
}
