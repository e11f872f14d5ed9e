import { linkSync, mkdirSync, openSync, readdirSync, readFileSync, readSync, closeSync, writeFileSync } from 'node:fs';

const head = Buffer.alloc(24);

function sizeOfPng(file) {
  const descriptor = openSync(file, 'r');
  readSync(descriptor, head, 0, 24, 0);
  closeSync(descriptor);
  return [head.readUInt32BE(16), head.readUInt32BE(20)];
}

/** DM v2 to YOLO in one pass: the classes are known, every box is inside its picture, and nothing is checked. */
export function dmToYolo(source, target, classes) {
  const ids = new Map(classes.map((name, id) => [name, id]));
  for (const folder of ['images', 'labels']) mkdirSync(`${target}/${folder}`, { recursive: true });
  for (const name of readdirSync(`${source}/json`)) {
    const stem = name.slice(0, -'.json'.length);
    const document = JSON.parse(readFileSync(`${source}/json/${name}`, 'utf8'));
    const [width, height] = sizeOfPng(`${source}/original_files/${stem}.png`);
    const lines = document.images[0].bounding_box.map(({ classification, data: [x, y, w, h] }) => {
      const numbers = [(x + w / 2) / width, (y + h / 2) / height, w / width, h / height];
      return `${ids.get(classification)} ${numbers.map((number) => number.toFixed(6)).join(' ')}`;
    });
    writeFileSync(`${target}/labels/${stem}.txt`, lines.join('\n'));
    linkSync(`${source}/original_files/${stem}.png`, `${target}/images/${stem}.png`);
  }
}

/** YOLO to DM v2 in one pass. */
export function yoloToDm(source, target, classes) {
  let next = 0;
  for (const folder of ['json', 'original_files']) mkdirSync(`${target}/${folder}`, { recursive: true });
  for (const name of readdirSync(`${source}/labels`)) {
    const stem = name.slice(0, -'.txt'.length);
    const [width, height] = sizeOfPng(`${source}/images/${stem}.png`);
    const bounding_box = readFileSync(`${source}/labels/${name}`, 'utf8')
      .split('\n')
      .map((line) => {
        const [id, cx, cy, w, h] = line.split(' ').map(Number);
        const data = [(cx - w / 2) * width, (cy - h / 2) * height, w * width, h * height];
        return { id: (next++).toString(16).padStart(10, '0'), classification: classes[id], attrs: [], data };
      });
    const image = { bounding_box, polygon: [], keypoint: [], polyline: [], relation: [], group: [] };
    writeFileSync(
      `${target}/json/${stem}.json`,
      JSON.stringify({ classification: { bounding_box: classes }, images: [image] }, null, 2),
    );
    linkSync(`${source}/images/${stem}.png`, `${target}/original_files/${stem}.png`);
  }
}
