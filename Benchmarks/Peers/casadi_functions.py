#!/usr/bin/env python3
"""CasADi: dense Hessians and Jacobians of functions of one vector, in f64.

Matrices stay matrices (MX) but in the smallest function, whose elements are written out (SX): so each was fastest.
"""

import numpy
import peer


class CasADi:
    name = "casadi"
    # Functions of no more elements than this are written out.
    written_out = 50

    def __init__(self, threads):
        import casadi

        self.casadi = casadi
        self.version = casadi.__version__
        self.sin, self.cos, self.tanh = casadi.sin, casadi.cos, casadi.tanh
        self.matmul, self.constant = casadi.mtimes, casadi.DM

    def sum(self, values):
        return self.casadi.sum1(self.casadi.sum2(values))

    def square(self, values):
        return values * values

    def mean(self, values):
        return self.sum(values) / values.numel()

    def reshape(self, values, shape):
        # Columns come first here.
        return self.casadi.reshape(values, shape[1], shape[0]).T

    def linear(self, values, weight, bias):
        return weight.T @ values + bias

    def derivative(self, model, data, differentiate, name):
        """A program of a derivative with respect to the one source, every input an operand."""
        casadi = self.casadi
        x = {
            key: casadi.MX.sym(key, *(array.shape if array.ndim > 1 else (array.size, 1)))
            for key, array in data.inputs.items()
        }
        result = differentiate(model.predict(self, {}, x), x[data.source])
        function = casadi.Function(name, list(x.values()), [casadi.densify(result)])
        if x[data.source].numel() <= self.written_out:
            function = function.expand()
        # Called through buffers, without copies; columns come first.
        buffer, evaluate = function.buffer()
        operands = [numpy.ravel(array, order="F") for array in data.inputs.values()]
        output = numpy.zeros(function.numel_out(0))
        for index, operand in enumerate(operands):
            buffer.set_arg(index, memoryview(operand))
        buffer.set_res(0, memoryview(output))
        rows, columns = function.size_out(0)

        def results():
            matrix = output.reshape(columns, rows).T
            return {f"{name}.{data.source}": matrix.reshape(data.shape_of(name))}

        program = peer.Program(evaluate, results)
        # What is called refers to these and does not keep them.
        program.kept = (function, buffer, operands)
        return program

    def hessian(self, model, data):
        return self.derivative(
            model, data, lambda y, x: self.casadi.hessian(y, x)[0], "hessian")

    def jacobian(self, model, data):
        return self.derivative(model, data, self.casadi.jacobian, "jacobian")


if __name__ == "__main__":
    peer.main(CasADi)
