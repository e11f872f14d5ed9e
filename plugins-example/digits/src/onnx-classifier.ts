import { Injectable } from '@nestjs/common';
import { env, InferenceSession, Tensor } from 'onnxruntime-web';
import { CLASSES, type Digit, PIXELS } from './digits-dataset.js';
import { ONNX_INPUT, ONNX_OUTPUT } from './onnx-model.js';

/** Asks an exported network. The runtime is WebAssembly that lies in its own package: nothing is fetched, nothing is native. */
@Injectable()
export class OnnxClassifier {
  /**
   * How likely each of the ten digits is, for each picture.
   *
   * @throws Error that names the file when the runtime cannot read it as a network for digits.
   */
  async predict(path: string, pictures: readonly Pick<Digit, 'pixels'>[]): Promise<number[][]> {
    const session = await open(path);
    try {
      const pixels = Float32Array.from(pictures.flatMap((picture) => [...picture.pixels]));
      const input = new Tensor('float32', pixels, [pictures.length, PIXELS]);
      const { [ONNX_OUTPUT]: output } = await session.run({ [ONNX_INPUT]: input });
      return rowsOf(output?.data as Float32Array);
    } finally {
      await session.release();
    }
  }
}

async function open(path: string): Promise<InferenceSession> {
  env.wasm.numThreads = 1; // a small network; threads would only have to be started and ended
  try {
    const session = await InferenceSession.create(path, { executionProviders: ['wasm'] });
    if (session.inputNames.includes(ONNX_INPUT) && session.outputNames.includes(ONNX_OUTPUT)) return session;
    await session.release();
  } catch (error) {
    throw unreadable(path, { cause: error });
  }
  throw unreadable(path);
}

function unreadable(path: string, options?: ErrorOptions): Error {
  return new Error(
    `'${path}' is not a network for digits that the ONNX runtime can read. Give the onnx_path that export returns.`,
    options,
  );
}

function rowsOf(values: Float32Array): number[][] {
  return Array.from({ length: values.length / CLASSES }, (_, row) => [
    ...values.subarray(row * CLASSES, (row + 1) * CLASSES),
  ]);
}
