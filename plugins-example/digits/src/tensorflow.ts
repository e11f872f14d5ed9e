import '@tensorflow/tfjs-backend-cpu';
import { enableProdMode, setBackend } from '@tensorflow/tfjs-core';

/** Makes TensorFlow.js ready for work on the processor: no advice on stderr, no checks of each number. */
export async function readyTensorflow(): Promise<void> {
  enableProdMode();
  await setBackend('cpu');
}
