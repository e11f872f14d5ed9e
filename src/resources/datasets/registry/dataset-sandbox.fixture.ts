import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { ConversionResult, ConvertOptions } from './conversion.js';
import { DatasetFormatRegistry } from './dataset-format-registry.js';

/** A picture of 100x50 pixels. */
export const PICTURE = join(__dirname, '../../../../test/parity/data-cases/fixtures/single-file/pic.png');

/** A picture of 100x100 pixels. */
export const OTHER_PICTURE = join(
  __dirname,
  '../../../../test/parity/data-cases/fixtures/dm2yolo-v2-poly-keypoint/input/original_files/s.png',
);

/** A folder for the data sets of one test. */
export class DatasetSandbox {
  readonly root = mkdtempSync(join(tmpdir(), 'synapse-datasets-'));
  readonly registry = new DatasetFormatRegistry();

  remove(): void {
    rmSync(this.root, { recursive: true, force: true });
  }

  at(...parts: string[]): string {
    return join(this.root, ...parts);
  }

  write(path: string, content: string | object): void {
    mkdirSync(dirname(this.at(path)), { recursive: true });
    writeFileSync(this.at(path), typeof content === 'string' ? content : JSON.stringify(content));
  }

  /** Puts a picture of 100x50 pixels there. */
  picture(path: string, source = PICTURE): void {
    mkdirSync(dirname(this.at(path)), { recursive: true });
    copyFileSync(source, this.at(path));
  }

  /** Adds a picture with a DM v2 document, which may declare classes, to the data set `dm`. */
  dm(name: string, image: object, declared?: object): void {
    this.picture(`dm/original_files/${name}.png`);
    this.write(`dm/json/${name}.json`, { classification: declared, images: [image] });
  }

  text(path: string): string {
    return readFileSync(this.at(path), 'utf8');
  }

  json<T>(path: string): T {
    return JSON.parse(this.text(path)) as T;
  }

  /** Names in a folder, in order; none where there is no such folder. */
  names(path = '.'): readonly string[] {
    return existsSync(this.at(path)) ? readdirSync(this.at(path)).sort() : [];
  }

  convert(from: string, to: string, options: ConvertOptions = {}): Promise<ConversionResult> {
    return this.registry.convert(this.at(from), this.at(to), options);
  }
}

/** An annotation of DM v2. */
export function annotation(id: string, classification: string, data: unknown, more: object = {}) {
  return { id, classification, attrs: [], data, ...more };
}

/** Has a sandbox for each test of a spec, and gives what the test does in it: it converts from `dm` to `out`. */
export function useDatasetSandbox() {
  let sandbox: DatasetSandbox;
  beforeEach(() => void (sandbox = new DatasetSandbox()));
  afterEach(() => sandbox.remove());
  return {
    registry: new DatasetFormatRegistry(),
    at: (...parts: string[]) => sandbox.at(...parts),
    write: (path: string, content: string | object) => sandbox.write(path, content),
    picture: (path: string, source?: string) => sandbox.picture(path, source),
    dm: (name: string, image: object, declared: object = {}) => sandbox.dm(name, image, declared),
    text: (path: string) => sandbox.text(path),
    convert: (to: string, options: object = {}) => sandbox.convert('dm', 'out', { to, ...options }),
  };
}
