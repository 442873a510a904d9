#!/usr/bin/env python3
"""ONNX Runtime: predictions, from a model that is written with the parameters in it, as it is deployed.

The formulas of models.py are called with values that write nodes.
"""

import math

import numpy
import peer


class Writer:
    """The nodes and constants of a model."""

    def __init__(self, onnx):
        self.onnx = onnx
        self.nodes, self.constants = [], []

    def constant(self, array):
        name = f"constant{len(self.constants)}"
        self.constants.append(self.onnx.numpy_helper.from_array(numpy.asarray(array), name))
        return Value(self, name)

    def apply(self, operator, *operands, **attributes):
        name = f"value{len(self.nodes)}"
        names = [operand.name for operand in operands]
        self.nodes.append(self.onnx.helper.make_node(operator, names, [name], **attributes))
        return Value(self, name)

    def operand(self, value):
        """The value, or a constant of the number."""
        return value if isinstance(value, Value) else self.constant(numpy.float32(value))


class Value:
    """What a node or an input gives."""

    def __init__(self, writer, name):
        self.writer = writer
        self.name = name

    def __add__(self, other):
        return self.writer.apply("Add", self, self.writer.operand(other))

    def __mul__(self, other):
        return self.writer.apply("Mul", self, self.writer.operand(other))


class ONNXRuntime:
    name = "onnxruntime"
    # The operator set that the model is written in; Gelu needs 20.
    operators = 20

    def __init__(self, threads):
        import onnx
        import onnxruntime

        self.onnx, self.runtime = onnx, onnxruntime
        self.version = onnxruntime.__version__
        self.options = onnxruntime.SessionOptions()
        self.options.intra_op_num_threads = threads
        self.options.inter_op_num_threads = 1
        self.options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_ENABLE_ALL

    def relu(self, x):
        return x.writer.apply("Relu", x)

    def linear(self, x, weight, bias):
        # A Gemm has rows, and no batch of them.
        if x.name in self.matrices:
            return self.matrix(x.writer.apply("Gemm", x, weight, bias))
        return self.matmul(x, weight) + bias

    def matrix(self, value):
        self.matrices.add(value.name)
        return value

    def matmul(self, x, weight):
        return x.writer.apply("MatMul", x, weight)

    def rows(self, table, indices):
        return self.matrix(table.writer.apply("Gather", table, indices, axis=0))

    def reshape(self, x, shape):
        return x.writer.apply("Reshape", x, x.writer.constant(numpy.array(shape, numpy.int64)))

    def transpose(self, x, axes):
        return x.writer.apply("Transpose", x, perm=axes)

    def layer_norm(self, x, scale, offset):
        return x.writer.apply("LayerNormalization", x, scale, offset, axis=-1, epsilon=1e-5)

    def gelu(self, x):
        return x.writer.apply("Gelu", x, approximate="tanh")

    def attention(self, query, key, value):
        *_, length, depth = self.head_shape
        mask = numpy.triu(numpy.full((length, length), -1e9, numpy.float32), 1)
        scores = self.matmul(query, self.transpose(key, (0, 1, 3, 2))) * (1 / math.sqrt(depth))
        weights = query.writer.apply("Softmax", scores + query.writer.constant(mask), axis=-1)
        return self.matmul(weights, value)

    def model(self, model, data):
        """The bytes of the model's file."""
        helper, writer = self.onnx.helper, Writer(self.onnx)
        self.matrices = {name for name, array in data.inputs.items() if array.ndim == 2}
        parameters = {}
        for name, array in data.parameters.items():
            writer.constants.append(self.onnx.numpy_helper.from_array(array, name))
            parameters[name] = Value(writer, name)
        inputs = {name: Value(writer, name) for name in data.inputs}
        predictions = model.predict(self, parameters, peer.Inputs(inputs, data.shapes))

        def described(name, array):
            kind = helper.np_dtype_to_tensor_dtype(array.dtype)
            return helper.make_tensor_value_info(name, kind, array.shape)

        graph = helper.make_graph(
            writer.nodes, data.case,
            [described(name, array) for name, array in data.inputs.items()],
            [described(predictions.name, data.outputs["predictions"])], writer.constants)
        version = helper.make_opsetid("", self.operators)
        written = helper.make_model(
            graph, opset_imports=[version],
            ir_version=helper.find_min_ir_version_for([version]))
        self.onnx.checker.check_model(written, full_check=True)
        return written.SerializeToString(), predictions.name

    def inference(self, model, data):
        if "x" in data.inputs:
            from models import HEADS

            batch, length, width = data.shapes["x"]
            self.head_shape = batch, HEADS, length, width // HEADS
        file, output = self.model(model, data)
        session = self.runtime.InferenceSession(
            file, self.options, providers=["CPUExecutionProvider"])

        def bound():
            """A step with memory of its own for inputs and output, which is fastest."""
            binding = session.io_binding()
            for name, array in data.inputs.items():
                binding.bind_ortvalue_input(name, self.runtime.OrtValue.ortvalue_from_numpy(array))
            result = self.runtime.OrtValue.ortvalue_from_numpy(
                numpy.zeros_like(data.outputs["predictions"]))
            binding.bind_ortvalue_output(output, result)
            return lambda: session.run_with_iobinding(binding), result

        step, result = bound()
        return peer.Program(
            step, lambda: {"predictions": result.numpy()}, another=lambda: bound()[0])


if __name__ == "__main__":
    peer.main(ONNXRuntime)
