// Pictures as cameras make them, and files that only look like pictures.

import type { Page } from "@playwright/test";

export interface File {
  name: string;
  mimeType: string;
  buffer: Buffer;
}

/** What stands in the metadata of every photograph here, so that it can be searched for. */
export const WHERE_IT_WAS_TAKEN = "31.2001N 121.6002E canary";

/** A photograph with these words on it, with the place where it was taken in its metadata. */
export async function photograph(page: Page, words: string, width = 4000, height = 3000): Promise<File> {
  const base64 = await page.evaluate(
    async ([words, width, height]) => {
      const canvas = new OffscreenCanvas(width, height);
      const context = canvas.getContext("2d")!;
      const colours = context.createLinearGradient(0, 0, width, height);
      colours.addColorStop(0, "#264653");
      colours.addColorStop(1, "#e9c46a");
      context.fillStyle = colours;
      context.fillRect(0, 0, width, height);
      context.fillStyle = "white";
      context.font = `${height / 6}px sans-serif`;
      context.fillText(words, width / 10, height / 2);
      const blob = await canvas.convertToBlob({ type: "image/jpeg", quality: 0.9 });
      const reader = new FileReader();
      reader.readAsDataURL(blob);
      await new Promise((resolve) => reader.addEventListener("load", resolve));
      return (reader.result as string).split(",")[1]!;
    },
    [words, width, height] as const,
  );
  return { name: `${words}.jpg`, mimeType: "image/jpeg", buffer: withMetadata(Buffer.from(base64, "base64")) };
}

/** The JPEG with an EXIF segment (APP1) after its first marker. */
function withMetadata(jpeg: Buffer): Buffer {
  const content = Buffer.concat([Buffer.from("Exif\0\0II*\0\x08\0\0\0\0\0", "latin1"), Buffer.from(WHERE_IT_WAS_TAKEN)]);
  const length = Buffer.alloc(2);
  length.writeUInt16BE(content.length + 2);
  return Buffer.concat([jpeg.subarray(0, 2), Buffer.from([0xff, 0xe1]), length, content, jpeg.subarray(2)]);
}

/** A PNG that says it is 60,000 pixels wide and high, with nothing in it. */
function bomb(): Buffer {
  const header = Buffer.from("89504e470d0a1a0a0000000d49484452", "hex");
  const size = Buffer.from("0000ea600000ea600806000000", "hex");
  return Buffer.concat([header, size, Buffer.from("00000000", "hex"), Buffer.from("0000000049454e44ae426082", "hex")]);
}

/** Files that are no photographs, each with the sentence that says so. */
export const HOSTILE: { file: File; says: string }[] = [
  { file: { name: "empty.jpg", mimeType: "image/jpeg", buffer: Buffer.alloc(0) }, says: "这个文件是空的" },
  { file: { name: "words.jpg", mimeType: "image/jpeg", buffer: Buffer.from("not a picture") }, says: "不是能读的照片" },
  {
    file: {
      name: "drawing.svg",
      mimeType: "image/svg+xml",
      buffer: Buffer.from("<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>"),
    },
    says: "不是能读的照片",
  },
  { file: { name: "bomb.png", mimeType: "image/png", buffer: bomb() }, says: "不是能读的照片" },
  {
    file: { name: "half.jpg", mimeType: "image/jpeg", buffer: Buffer.from("ffd8ffe000104a46494600010100000100010000", "hex") },
    says: "不是能读的照片",
  },
  { file: { name: "film.jpg", mimeType: "image/jpeg", buffer: Buffer.alloc(41 * 1024 * 1024, 1) }, says: "太大" },
];
