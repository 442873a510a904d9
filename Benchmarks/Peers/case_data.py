"""A case as our executable wrote it, and the comparison of its numbers."""

import json
import math

import numpy


class Mismatch(Exception):
    """A peer's numbers are not ours."""


class Inputs(dict):
    """A peer's own values by name, with the shapes of all of them."""

    def __init__(self, values, shapes):
        super().__init__(values)
        self.shapes = shapes


class Data:
    """A case as our executable wrote it: arrays by name, before and after our first step."""

    TYPES = {"F32": numpy.float32, "F64": numpy.float64, "I32": numpy.int32, "I64": numpy.int64}

    def __init__(self, path):
        self.inputs, self.parameters, self.outputs, self.updated = {}, {}, {}, {}
        kinds = {
            "input": self.inputs,
            "parameter": self.parameters,
            "output": self.outputs,
            "updated": self.updated,
        }
        with open(path, "rb") as file:
            header = json.loads(file.read(int.from_bytes(file.read(8), "little")))
            start = file.tell()
            metadata = header.pop("__metadata__")
            for name, entry in header.items():
                begin, end = entry["data_offsets"]
                file.seek(start + begin)
                array = numpy.frombuffer(file.read(end - begin), self.TYPES[entry["dtype"]])
                kind, _, name = name.partition("/")
                kinds[kind][name] = array.reshape(entry["shape"]).copy()
        # A Hessian-vector product of ours comes with the value, for which no peer is asked.
        if any(name.startswith("hessian_product.") for name in self.outputs):
            del self.outputs["loss"]
        self.case = metadata["case"]
        self.rate = float(metadata.get("learningRate", "nan"))

    @classmethod
    def of_chain(cls, nodes, value, slope):
        """A chain of element-wise nodes from 0.8, summed over 16 elements, with what it gives."""
        data = cls.__new__(cls)
        width = 16
        data.case = f"chain of {nodes}"
        data.inputs = {"x": numpy.full(width, 0.8, numpy.float32)}
        data.parameters, data.updated = {}, {}
        data.outputs = {
            "total": numpy.float32(value * width),
            "gradient.x": numpy.full(width, slope, numpy.float32),
        }
        return data

    @property
    def shapes(self):
        """The extents of each input."""
        return {name: array.shape for name, array in self.inputs.items()}

    @property
    def value_name(self):
        """The name of the one output that is no gradient."""
        return next(name for name in self.outputs if not name.startswith("gradient."))

    @property
    def directions(self):
        """The direction of a Hessian-vector product, by the name of the parameter."""
        return {name: self.inputs["tangent." + name] for name in self.parameters}

    @property
    def is_double(self):
        """Whether it is computed in f64."""
        return any(array.dtype == numpy.float64 for array in self.inputs.values())

    @property
    def gradient_sources(self):
        """What gradients are with respect to."""
        return [name.partition(".")[2] for name in self.outputs if name.startswith("gradient.")]

    @property
    def source(self):
        """The input that a Hessian, a Jacobian or a direction of Newton is with respect to, the end of its name."""
        kinds = ("hessian", "jacobian", "newton")
        return next(
            name.partition(".")[2] for name in self.outputs if name.partition(".")[0] in kinds)

    def shape_of(self, kind):
        """The shape of the Hessian or the Jacobian."""
        return self.outputs[f"{kind}.{self.source}"].shape

    @property
    def has_fewer_sources(self):
        """Whether a Jacobian has fewer columns than rows."""
        return self.inputs[self.source].size ** 2 < math.prod(self.shape_of("jacobian"))

    def compare(self, peer, results, share=1e-4):
        """Raises Mismatch unless every number is ours within the tolerance of its kind.

        An output may differ by a share of the largest of its elements, in f64 a hundred-thousandth of that share (ten
        times as much for a second derivative); an updated parameter by 1e-3 of its largest step, and by two units in
        its last place.
        """
        if self.is_double:
            share *= 1e-5
        tolerances = {}
        for name, ours in self.outputs.items():
            allowed = 10 * share if name.startswith("hessian") else share
            tolerances[name] = (ours, allowed * numpy.abs(ours).max())
        for name, ours in self.updated.items():
            step = numpy.abs(ours - self.parameters[name]).max()
            tolerances[name] = (ours, 1e-3 * step + 2 * numpy.spacing(numpy.abs(ours)))
        if missing := tolerances.keys() - results.keys():
            raise Mismatch(f"{self.case}: {peer} has no {', '.join(sorted(missing))}")
        for name, (ours, tolerance) in tolerances.items():
            theirs = numpy.asarray(results[name])
            if theirs.shape != ours.shape:
                raise Mismatch(f"{self.case}: {name} of {peer} is {theirs.shape}, not {ours.shape}")
            wrong = ~(numpy.abs(theirs - ours) <= tolerance)  # so that a NaN is wrong
            if wrong.any():
                place = tuple(int(index) for index in numpy.argwhere(wrong)[0])
                allowed = numpy.broadcast_to(tolerance, ours.shape)[place]
                raise Mismatch(
                    f"{self.case}: {numpy.count_nonzero(wrong)} of {wrong.size} elements of {name} "
                    f"differ: {peer} has {theirs[place]} at {place}, ours is {ours[place]}, "
                    f"allowed {allowed:.3g}"
                )
