import { readFile, writeFile } from 'node:fs/promises';
import { Injectable } from '@nestjs/common';
import { io } from '@tensorflow/tfjs-core';
import { type LayersModel, loadLayersModel } from '@tensorflow/tfjs-layers';
import { readyTensorflow } from './tensorflow.js';
import { writeWholeFile } from './whole-file.js';

const FORMAT = 'digits-weights/1';

/** What a weights file holds beside the weights. */
export interface WeightsInfo {
  /** Seed of the split that training held out; measuring with another one would measure pictures it has learned. */
  readonly seed: number;
}

interface WeightsDocument extends WeightsInfo {
  readonly format: string;
  readonly topology: object;
  readonly specs: io.WeightsManifestEntry[];
  /** The numbers, little-endian, in base64. */
  readonly data: string;
}

/** Keeps a trained network in one JSON file. */
@Injectable()
export class WeightsFile {
  async save(path: string, model: LayersModel, { seed }: WeightsInfo): Promise<void> {
    await writeWholeFile(path, (temporary) =>
      model.save(io.withSaveHandler((artifacts) => this.#write(temporary, artifacts, seed))),
    );
  }

  /**
   * Reads a network back.
   *
   * @throws Error that names the file and the cure when there is none, or it is not such a file.
   */
  async load(path: string): Promise<WeightsInfo & { readonly model: LayersModel }> {
    await readyTensorflow();
    const { topology, specs, data, seed } = parse(path, await read(path));
    const weightData = new Uint8Array(Buffer.from(data, 'base64')).buffer;
    const handler = io.fromMemory({ modelTopology: topology, weightSpecs: specs, weightData });
    return { model: await loadLayersModel(handler), seed };
  }

  async #write(path: string, artifacts: io.ModelArtifacts, seed: number): Promise<io.SaveResult> {
    const { modelTopology, weightSpecs = [], weightData = [] } = artifacts;
    const bytes = Buffer.concat([weightData].flat().map((part) => Buffer.from(part)));
    const document = {
      format: FORMAT,
      seed,
      topology: modelTopology,
      specs: weightSpecs,
      data: bytes.toString('base64'),
    };
    await writeFile(path, JSON.stringify(document));
    return { modelArtifactsInfo: { dateSaved: new Date(), modelTopologyType: 'JSON' } };
  }
}

async function read(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    throw new Error(
      `No weights can be read from '${path}'. Train some first, and give the weights_path that train returns.`,
      {
        cause: error,
      },
    );
  }
}

function parse(path: string, text: string): WeightsDocument {
  try {
    const document = JSON.parse(text) as Partial<WeightsDocument>;
    if (document.format === FORMAT) return document as WeightsDocument;
  } catch {
    // Not JSON: said below like any other file that is something else.
  }
  throw new Error(
    `'${path}' is not a weights file of this plugin (expected format '${FORMAT}'). Give the weights_path that train returns.`,
  );
}
