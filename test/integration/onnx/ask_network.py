"""Asks an ONNX file about the held-out digits of a data set. Usage: ask_network.py NETWORK.onnx DATASET.json"""

import json
import sys

import numpy
import onnxruntime

network, dataset = sys.argv[1:]
with open(dataset, encoding="utf-8") as file:
    held_out = json.load(file)["held_out"]
session = onnxruntime.InferenceSession(network, providers=["CPUExecutionProvider"])
pixels = numpy.array([digit["pixels"] for digit in held_out], dtype=numpy.float32)
(probabilities,) = session.run(["probabilities"], {"pixels": pixels})
json.dump({"runtime": onnxruntime.__version__, "probabilities": probabilities.tolist()}, sys.stdout)
