"""GPT-2 in PyTorch, as people write it: what maas is held against.

usage: gpt.py weights FOLDER PRECISION LAYERS HEADS EMBED CONTEXT VOCAB
           random normal weights and a tokeniser of pairs of bytes, as transformers writes a GPT-2
       gpt.py WORK FOLDER PRECISION THREADS IDS ...
           losses BATCH STEPS      of STEPS steps on all IDS, each sequence of the batch the same
           train BATCH TIME        seconds of a step
           score                   mean loss of each id but the first
           prefill                 seconds to the first token behind IDS
           decode TOKENS           seconds of the tokens behind the first
           product M N K           seconds of x w^T

WORK loads, prints what it is by a line of JSON, and then does it once for each line that it reads, and prints a
number or more.  IDS is a file of token ids; PRECISION f32 or bf16: autocast in training, weights and cache elsewhere.
"""
import json
import math
import os
import sys
import time

import numpy as np


def unicode_of_bytes():
    """GPT-2's letters for bytes: those that print stand for themselves, others come behind 255."""
    plain = [*range(33, 127), *range(161, 173), *range(174, 256)]
    letter = {b: chr(b) for b in plain}
    for b in range(256):
        letter.setdefault(b, chr(256 + len(letter) - len(plain)))
    return [letter[b] for b in range(256)]


def write_tokenizer(folder, vocab):
    letter = unicode_of_bytes()
    pairs = [(a, b) for a in letter for b in letter if a.isalpha() and b.isalpha()]
    pairs += [(a, b) for a in letter for b in letter if not (a.isalpha() and b.isalpha())]
    pairs = pairs[: vocab - 257]
    names = letter + [a + b for a, b in pairs] + ["<|endoftext|>"]
    with open(folder + "/vocab.json", "w", encoding="utf-8") as f:
        json.dump({n: i for i, n in enumerate(names)}, f)
    with open(folder + "/merges.txt", "w", encoding="utf-8") as f:
        f.write("#version: 0.2\n" + "".join(f"{a} {b}\n" for a, b in pairs))


def to_bf16(x):
    bits = x.view(np.uint32)
    return ((bits + 0x7fff + (bits >> 16 & 1)) >> 16).astype(np.uint16)


def write_safetensors(path, tensors):
    header, at = {}, 0
    for name, x in tensors.items():
        dtype = "F32" if x.dtype == np.float32 else "BF16"
        header[name] = {"dtype": dtype, "shape": list(x.shape), "data_offsets": [at, at + x.nbytes]}
        at += x.nbytes
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 64)
    with open(path, "wb") as f:
        f.write(len(text).to_bytes(8, "little") + text)
        for x in tensors.values():
            f.write(x.tobytes())


def weights(folder, precision, layers, heads, embed, context, vocab):
    r = np.random.default_rng(1)
    normal = lambda *shape: (r.standard_normal(shape, dtype=np.float32) * np.float32(0.02))
    t = {"wte.weight": normal(vocab, embed), "wpe.weight": normal(context, embed)}
    for i in range(layers):
        for name, n_in, n_out in (("attn.c_attn", 1, 3), ("attn.c_proj", 1, 1), ("mlp.c_fc", 1, 4), ("mlp.c_proj", 4, 1)):
            t[f"h.{i}.{name}.weight"] = normal(n_in * embed, n_out * embed)
            t[f"h.{i}.{name}.bias"] = normal(n_out * embed)
        for name in ("ln_1", "ln_2"):
            t[f"h.{i}.{name}.weight"] = 1 + normal(embed)
            t[f"h.{i}.{name}.bias"] = normal(embed)
    t["ln_f.weight"], t["ln_f.bias"] = 1 + normal(embed), normal(embed)
    if precision == "bf16":
        t = {name: to_bf16(x) if x.ndim == 2 else x for name, x in t.items()}
    os.makedirs(folder, exist_ok=True)
    write_safetensors(folder + "/model.safetensors", t)
    write_tokenizer(folder, vocab)
    with open(folder + "/config.json", "w") as f:
        json.dump({"model_type": "gpt2", "n_layer": layers, "n_head": heads, "n_embd": embed, "n_positions": context,
                   "vocab_size": vocab, "activation_function": "gelu_new", "layer_norm_epsilon": 1e-5,
                   "bos_token_id": vocab - 1, "eos_token_id": vocab - 1}, f)


def read_safetensors(path):
    with open(path, "rb") as f:
        n = int.from_bytes(f.read(8), "little")
        header = json.loads(f.read(n))
    data = np.memmap(path, np.uint8, "r", 8 + n)
    return {k: np.array(data[slice(*v["data_offsets"])]).view(np.float32).reshape(v["shape"])
            for k, v in header.items() if k != "__metadata__"}


def network(folder):
    """The modules, defined here so that writing weights needs no PyTorch."""
    import torch
    from torch import nn
    from torch.nn import functional as F

    class Block(nn.Module):
        def __init__(self, c, heads, context):
            super().__init__()
            self.heads = heads
            self.ln_1, self.ln_2 = nn.LayerNorm(c), nn.LayerNorm(c)
            self.qkv, self.proj = nn.Linear(c, 3 * c), nn.Linear(c, c)
            self.up, self.down = nn.Linear(c, 4 * c), nn.Linear(4 * c, c)
            self.register_buffer("mask", torch.ones(context, context).tril() == 0)

        def forward(self, x, cache=None):
            b, t, c = x.shape
            q, k, v = (y.view(b, t, self.heads, -1).transpose(1, 2) for y in self.qkv(self.ln_1(x)).split(c, dim=2))
            if cache is not None:
                at = cache[2]
                cache[0][:, :, at:at + t], cache[1][:, :, at:at + t] = k, v
                k, v = cache[0][:, :, :at + t], cache[1][:, :, :at + t]
                cache[2] += t
            a = q @ k.transpose(2, 3) / math.sqrt(c // self.heads)
            if t > 1:
                a = a.masked_fill(self.mask[:t, :t], -math.inf)
            x = x + self.proj((a.softmax(-1) @ v).transpose(1, 2).reshape(b, t, c))
            return x + self.down(F.gelu(self.up(self.ln_2(x)), approximate="tanh"))

    class GPT(nn.Module):
        def __init__(self, config):
            super().__init__()
            c, context = config["n_embd"], config["n_positions"]
            self.wte, self.wpe = nn.Embedding(config["vocab_size"], c), nn.Embedding(context, c)
            self.h = nn.ModuleList(Block(c, config["n_head"], context) for _ in range(config["n_layer"]))
            self.ln_f = nn.LayerNorm(c)

        def states(self, ids, caches=None, at=0):
            x = self.wte(ids) + self.wpe.weight[at:at + ids.shape[1]]
            for i, block in enumerate(self.h):
                x = block(x, caches[i] if caches else None)
            return self.ln_f(x)

        def forward(self, ids, targets):
            logits = self.states(ids) @ self.wte.weight.T
            return F.cross_entropy(logits.view(-1, logits.shape[-1]).float(), targets.reshape(-1))

    with open(folder + "/config.json") as f:
        config = json.load(f)
    net = GPT(config)
    names = {"attn.c_attn": "qkv", "attn.c_proj": "proj", "mlp.c_fc": "up", "mlp.c_proj": "down"}
    state = net.state_dict()
    for name, x in read_safetensors(folder + "/model.safetensors").items():
        for theirs, ours in names.items():
            if theirs in name:
                name, x = name.replace(theirs, ours), x.T if x.ndim == 2 else x
        state[name].copy_(torch.from_numpy(np.ascontiguousarray(x)))
    return net


class Work:
    """What is done once for each line read; made by name."""

    def __init__(self, folder, precision, threads, ids, *more):
        import torch

        self.torch, self.half, self.more = torch, precision == "bf16", [int(x) for x in more]
        torch.set_num_threads(int(threads))
        torch.manual_seed(1)
        self.net = network(folder) if folder != "-" else None
        self.ids = torch.tensor([int(x) for x in open(ids).read().split()]) if ids != "-" else None

    def about(self):
        t = self.torch
        onednn = os.environ.get("ONEDNN_MAX_CPU_ISA", "all it has")
        return {"version": t.__version__, "threads": t.get_num_threads(), "isa": f"{capability(t)}, oneDNN {onednn}"}

    def optimiser(self):
        matrices = [p for p in self.net.parameters() if p.ndim > 1]
        others = [p for p in self.net.parameters() if p.ndim == 1]
        return self.torch.optim.AdamW([{"params": matrices, "weight_decay": 0.1}, {"params": others, "weight_decay": 0}],
                                      lr=1e-3, betas=(0.9, 0.95), eps=1e-8)

    def step(self, optimiser, ids, targets):
        with self.torch.autocast("cpu", self.torch.bfloat16, enabled=self.half):
            loss = self.net(ids, targets)
        optimiser.zero_grad()
        loss.backward()
        self.torch.nn.utils.clip_grad_norm_(self.net.parameters(), 1)
        optimiser.step()
        return loss.item()

    def losses(self):
        batch, steps = self.more
        ids = self.ids[None].expand(batch, -1)
        optimiser = self.optimiser()
        return [self.step(optimiser, ids[:, :-1], ids[:, 1:]) for _ in range(steps)]

    def train(self):
        batch, time_ = self.more
        if not hasattr(self, "adamw"):
            self.adamw = self.optimiser()
        at = self.torch.randint(len(self.ids) - time_ - 1, (batch,))
        ids, targets = (self.torch.stack([self.ids[i + d:i + d + time_] for i in at]) for d in (0, 1))
        began = time.perf_counter()
        self.step(self.adamw, ids, targets)
        return [time.perf_counter() - began]

    def lower(self):
        if self.half:
            self.net.to(self.torch.bfloat16)

    def score(self):
        self.lower()
        with self.torch.no_grad():
            return [self.net(self.ids[None, :-1], self.ids[None, 1:]).item()]

    def caches(self, n):
        block, c = self.net.h[0], self.net.ln_f.weight.shape[0]
        new = lambda: self.torch.zeros(1, block.heads, n, c // block.heads, dtype=self.net.ln_f.weight.dtype)
        return [[new(), new(), 0] for _ in self.net.h]

    def prefill(self):
        self.lower()
        with self.torch.no_grad():
            began = time.perf_counter()
            self.first(self.caches(len(self.ids)))
            return [time.perf_counter() - began]

    def first(self, caches):
        return (self.net.states(self.ids[None], caches)[:, -1:] @ self.net.wte.weight.T).argmax(-1)

    def decode(self):
        self.lower()
        with self.torch.no_grad():
            caches = self.caches(len(self.ids) + self.more[0])
            last, began = self.first(caches), time.perf_counter()
            for i in range(self.more[0] - 1):
                x = self.net.states(last, caches, len(self.ids) + i)
                last = (x @ self.net.wte.weight.T).argmax(-1)
            return [time.perf_counter() - began]

    def product(self):
        t, (m, n, k) = self.torch, self.more
        x, w = (t.randn(a, k).to(t.bfloat16 if self.half else t.float32) for a in (m, n))
        best = math.inf
        with t.no_grad():
            for _ in range(20):
                began = time.perf_counter()
                t.nn.functional.linear(x, w)
                best = min(best, time.perf_counter() - began)
        return [best]


def capability(torch):
    for line in torch.__config__.show().splitlines():
        if "CPU capability" in line:
            return line.split(":")[1].strip()
    return "unknown"


def main():
    if len(sys.argv) < 6:
        sys.exit(__doc__)
    if sys.argv[1] == "weights":
        return weights(sys.argv[2], sys.argv[3], *map(int, sys.argv[4:]))
    work = Work(*sys.argv[2:])
    print(json.dumps(work.about()), flush=True)
    for _ in sys.stdin:
        print(*getattr(work, sys.argv[1])(), flush=True)


main()
