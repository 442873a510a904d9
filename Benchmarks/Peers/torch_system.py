"""PyTorch: the functions and values of its eager mode and of its compiler."""

import functools
import math

import peer
from torch_products import TorchProducts


class Torch(TorchProducts):
    def __init__(self, threads):
        import torch

        torch.set_num_threads(threads)
        torch.set_num_interop_threads(1)
        self.torch = torch
        self.version = torch.__version__
        functional = torch.nn.functional
        self.array, self.constant = torch, torch.from_numpy
        self.exp, self.sin, self.tanh = torch.exp, torch.sin, torch.tanh
        self.cos, self.least, self.logsumexp = torch.cos, torch.amin, torch.logsumexp
        self.sum, self.mean, self.square = torch.sum, torch.mean, torch.square
        self.sqrt = torch.sqrt
        self.reshape, self.transpose = torch.reshape, torch.permute
        self.matmul, self.relu, self.sigmoid = torch.matmul, torch.relu, torch.sigmoid
        self.softplus = functional.softplus
        self.cross_entropy = functional.cross_entropy
        self.gelu = functools.partial(functional.gelu, approximate="tanh")
        # What the attention of PyTorch chooses has no second derivative.
        self.has_own_attention = True

    def linear(self, x, weight, bias):
        if x.dim() == 2:
            return self.torch.addmm(bias, x, weight)
        return x @ weight + bias

    def attention(self, query, key, value):
        if self.has_own_attention:
            return self.torch.nn.functional.scaled_dot_product_attention(
                query, key, value, is_causal=True)
        length, depth = query.shape[-2:]
        visible = self.torch.ones(length, length, dtype=self.torch.bool).tril()
        scores = query @ key.transpose(-1, -2) / math.sqrt(depth)
        return self.torch.softmax(scores.masked_fill(~visible, -1e9), -1) @ value

    def rows(self, table, indices):
        return self.torch.nn.functional.embedding(indices, table)

    def layer_norm(self, x, scale, offset):
        return self.torch.nn.functional.layer_norm(x, scale.shape, scale, offset, eps=1e-5)

    def batch_norm(self, x, scale, offset):
        return self.torch.nn.functional.batch_norm(
            x, None, None, scale, offset, training=True, eps=1e-5)

    def inputs(self, data, sources=()):
        def tensor(name, array):
            # Class numbers have to be 64-bit here.
            if array.dtype.kind == "i":
                return self.torch.from_numpy(array).long()
            return self.torch.from_numpy(array).requires_grad_(name in sources)

        return peer.Inputs(
            {name: tensor(name, array) for name, array in data.inputs.items()}, data.shapes
        )

    def parameters(self, data, requires_grad=True):
        return {
            name: self.torch.tensor(array).requires_grad_(requires_grad)
            for name, array in data.parameters.items()
        }

    @staticmethod
    def numbers(tensors):
        return {name: tensor.detach().numpy() for name, tensor in tensors.items()}
