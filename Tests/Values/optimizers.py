"""Writes optimizers.json: parameters after steps of optimizers in PyTorch, for PeerUpdateTests.swift.

A linear model with the mean squared error on four examples, in double precision. Needs PyTorch.
"""

import json

import torch

X = [[1.0, -2.0, 0.5], [0.25, 1.5, -1.0], [-0.75, 0.5, 2.0], [1.25, 1.0, -0.5]]
T = [[1.0, 0.5], [-2.0, 1.0], [0.25, -1.5], [3.0, 0.75]]
W = [[0.5, -1.0], [1.5, 0.25], [-0.5, 2.0]]
B = [0.125, -0.25]
STEPS = 25


def run(name, make, clip=None):
    x, t = torch.tensor(X, dtype=torch.float64), torch.tensor(T, dtype=torch.float64)
    w = torch.tensor(W, dtype=torch.float64, requires_grad=True)
    b = torch.tensor(B, dtype=torch.float64, requires_grad=True)
    optimizer = make([w, b])
    losses, norms, ws, bs = [], [], [], []
    for _ in range(STEPS):
        optimizer.zero_grad()
        loss = ((x @ w + b - t) ** 2).mean()
        loss.backward()
        if clip is not None:
            norms.append(torch.nn.utils.clip_grad_norm_([w, b], clip).item())
        optimizer.step()
        losses.append(loss.item())
        ws.append(w.detach().flatten().tolist())
        bs.append(b.detach().tolist())
    return {"name": name, "losses": losses, "norms": norms, "w": ws, "b": bs}


def adam_w(parameters):
    return torch.optim.AdamW(
        parameters, lr=0.05, betas=(0.8, 0.95), eps=1e-6, weight_decay=0.1
    )


def sgd(parameters):
    return torch.optim.SGD(parameters, lr=0.2)


def momentum(parameters):
    return torch.optim.SGD(parameters, lr=0.05, momentum=0.9)


runs = [
    run("adamW", adam_w),
    run("sgd clipped", sgd, clip=0.75),
    run("momentum clipped", momentum, clip=0.5),
    run("adamW clipped", adam_w, clip=0.5),
]
data = {"version": torch.__version__, "x": X, "t": T, "w": W, "b": B, "runs": runs}
with open(__file__.replace(".py", ".json"), "w") as file:
    json.dump(data, file, indent=1)
    file.write("\n")
