import type { LayersModel, layers } from '@tensorflow/tfjs-layers';
import onnxProto, { type onnx } from 'onnx-proto';
import { DARKEST, PIXELS } from './digits-dataset.js';

const { onnx: proto } = onnxProto;

/** The file format and the set of operators that the graph is written in: old enough for every reader of the last years. */
const IR_VERSION = 8;
const OPSET_VERSION = 15;

/** Name of the graph's input: pictures as the data set has them, 64 values 0 to 16 each. */
export const ONNX_INPUT = 'pixels';
/** Name of the graph's output: how likely each of the ten digits is, for each picture. */
export const ONNX_OUTPUT = 'probabilities';

/** ONNX operators of the activations that a layer may have; a linear one needs none. */
const ACTIVATIONS = new Map([
  ['relu', 'Relu'],
  ['sigmoid', 'Sigmoid'],
  ['softmax', 'Softmax'],
  ['tanh', 'Tanh'],
]);

/** What one layer adds to the graph. */
interface GraphPart {
  readonly nodes: readonly onnx.INodeProto[];
  readonly weights: readonly onnx.ITensorProto[];
}

/**
 * Writes a network of dense layers as an ONNX file. The graph takes pictures as they are and scales them itself.
 *
 * @throws Error that names the layer when it is of another kind, or has an activation that is not known here.
 */
export function onnxModelOf(model: LayersModel): Uint8Array {
  const scale = floatTensor('scale', [], [1 / DARKEST]);
  const parts: GraphPart[] = [{ nodes: [nodeOf('Mul', [ONNX_INPUT, 'scale'], 'scaled')], weights: [scale] }];
  let from = 'scaled';
  const dense = model.layers.filter((layer) => layer.getClassName() !== 'InputLayer');
  for (const [index, layer] of dense.entries()) {
    const to = index === dense.length - 1 ? ONNX_OUTPUT : `hidden_${index + 1}`;
    parts.push(denseLayer(layer, from, to));
    from = to;
  }
  const graph = graphOf(parts, model.outputs[0]?.shape.at(-1) ?? 0);
  return proto.ModelProto.encode({
    irVersion: IR_VERSION,
    opsetImport: [{ domain: '', version: OPSET_VERSION }],
    producerName: 'nest-synapse-example-digits',
    graph,
  }).finish();
}

function graphOf(parts: readonly GraphPart[], classes: number): onnx.IGraphProto {
  return {
    name: 'digits',
    node: parts.flatMap(({ nodes }) => nodes),
    initializer: parts.flatMap(({ weights }) => weights),
    input: [floatValue(ONNX_INPUT, PIXELS)],
    output: [floatValue(ONNX_OUTPUT, classes)],
  };
}

/** `activation(from × kernel + bias)`. */
function denseLayer(layer: layers.Layer, from: string, to: string): GraphPart {
  const [kernel, bias] = layer.getWeights();
  if (layer.getClassName() !== 'Dense' || !kernel || !bias) {
    throw new Error(
      `Layer '${layer.name}' is of kind ${layer.getClassName()}; only dense layers with a bias can be exported.`,
    );
  }
  const activation = activationOf(layer);
  const [weight, shift] = [`${layer.name}_kernel`, `${layer.name}_bias`];
  const sum = activation === undefined ? to : `${layer.name}_sum`;
  const nodes = [nodeOf('Gemm', [from, weight, shift], sum)];
  if (activation !== undefined) nodes.push(nodeOf(activation, [sum], to));
  const weights = [
    floatTensor(weight, kernel.shape, kernel.dataSync()),
    floatTensor(shift, bias.shape, bias.dataSync()),
  ];
  return { nodes, weights };
}

/** The operator of a layer's activation; undefined where the sum is handed on as it is. */
function activationOf(layer: layers.Layer): string | undefined {
  const { activation } = layer.getConfig();
  if (activation === 'linear') return undefined;
  const operator = typeof activation === 'string' ? ACTIVATIONS.get(activation) : undefined;
  if (operator !== undefined) return operator;
  const known = ['linear', ...ACTIVATIONS.keys()].join(', ');
  throw new Error(`Layer '${layer.name}' has the activation '${String(activation)}'; expected one of ${known}.`);
}

function nodeOf(opType: string, input: string[], output: string): onnx.INodeProto {
  return { opType, name: `${output}_${opType.toLowerCase()}`, input, output: [output] };
}

function floatTensor(name: string, dims: readonly number[], values: ArrayLike<number>): onnx.ITensorProto {
  const rawData = new Uint8Array(values.length * 4);
  const view = new DataView(rawData.buffer);
  for (let index = 0; index < values.length; index++) view.setFloat32(index * 4, values[index] ?? 0, true);
  return { name, dims: [...dims], dataType: proto.TensorProto.DataType.FLOAT, rawData };
}

/** Any number of rows of `width` numbers. */
function floatValue(name: string, width: number): onnx.IValueInfoProto {
  const shape = { dim: [{ dimParam: 'batch' }, { dimValue: width }] };
  return { name, type: { tensorType: { elemType: proto.TensorProto.DataType.FLOAT, shape } } };
}
