#!/usr/bin/python3
"""What scikit-learn and PyTorch make of the data that scripts/bench-tables measures.

usage: scripts/peers/tables.py WHAT FOLDER [THREADS]

Prints one JSON object.  FOLDER holds what `split` wrote; "seconds" is the work alone, without starting
Python, importing, reading files, or predicting.
  split             the parts of the data of $MAAS_TEST_DATA to train and to test on, into FOLDER
  numbers           10^6 rows of 50 random numbers with a label, as CSV and npy, into FOLDER
  thucnews agnews   counts or TF-IDF, logistic regression as it is by default, but run to convergence
  thucnews-optimum agnews-optimum   the least objective, and that of model.maas in FOLDER
  housing ai4i      ridge; balanced logistic regression
  housing-mlp ai4i-mlp              perceptrons 64-64 of scikit-learn
  digits            784-128-128-10 by Adam, five epochs, of PyTorch
  wide              counts, the components that hold 0.95 of their variance, logistic regression
  million           logistic regression on 10^6 rows
"""
import csv
import json
import os
import re
import struct
import sys
import time
import warnings

THREADS = sys.argv[3] if len(sys.argv) > 3 else "2"
os.environ["OMP_NUM_THREADS"] = os.environ["OPENBLAS_NUM_THREADS"] = THREADS
import numpy as np  # noqa: E402: the number of threads is read on import
from sklearn import metrics  # noqa: E402
from sklearn.feature_extraction.text import CountVectorizer, TfidfVectorizer  # noqa: E402
from sklearn.linear_model import LogisticRegression, Ridge  # noqa: E402
from sklearn.model_selection import train_test_split  # noqa: E402
from sklearn.neural_network import MLPClassifier, MLPRegressor  # noqa: E402
from sklearn.preprocessing import OneHotEncoder, StandardScaler  # noqa: E402

warnings.filterwarnings("ignore")
SEED = 42
REAL = os.environ.get("MAAS_TEST_DATA", "") + "/data/"
FOLDER = sys.argv[2] if len(sys.argv) > 2 else ""


class Clock:
    """Seconds from one mark to the next, by name."""

    def __init__(self):
        self.seconds, self.at = {}, time.perf_counter()

    def mark(self, name):
        now = time.perf_counter()
        self.seconds[name], self.at = now - self.at, now


def rows(name, **how):
    with open(f"{FOLDER}/{name}", encoding="utf-8-sig", newline="") as f:
        return list(csv.reader(f, **how))


# Data.

def split():
    """Whole lines, as they are: 80 of 100 to train on.  The same rows for both sides."""
    parts = {}
    for name, header, label in ("agnews", 0, None), ("housing", 1, None), ("ai4i", 1, 8):
        with open(REAL + {"ai4i": "ai4i2020"}.get(name, name) + ".csv", "rb") as f:
            lines = f.read().splitlines(keepends=True)
        head, lines = lines[:header], lines[header:]
        strata = None if label is None else [line.split(b",")[label] for line in lines]
        part = train_test_split(np.arange(len(lines)), test_size=0.2, random_state=SEED, stratify=strata)
        parts[name] = [len(p) for p in part]
        for p, what in zip(part, ("train", "test")):
            with open(f"{FOLDER}/{name}-{what}.csv", "wb") as f:
                f.writelines(head + [lines[i] for i in p])
    for what in "train", "test":
        with open(f"{FOLDER}/agnews-{what}.txt", "w", encoding="utf-8") as f:
            # As the peer's own example prepares text: lower case, punctuation parted.
            f.writelines(f"__label__{a} " + " ".join(re.sub(r"([.!?,'/()\";:\\-])", r" \1 ", f"{b} {c}".lower()).split()) + "\n"
                         for a, b, c in rows(f"agnews-{what}.csv"))
    titles = [b for _, b, _ in rows("agnews-train.csv") + rows("agnews-test.csv")]
    for name, times in ("titles-once", 1), ("titles", 132):
        with open(f"{FOLDER}/{name}.txt", "w", encoding="utf-8") as f:
            f.writelines(line + "\n" for line in titles * times)
    return parts


def numbers():
    """Numbers of 16 digits as %.15e prints them, so that both files hold the same: 1.1 GB of CSV."""
    random, n, d, block = np.random.default_rng(SEED), 1000000, 50, 20000
    weight = random.standard_normal(d)
    with open(f"{FOLDER}/million.csv", "wb") as text, open(f"{FOLDER}/million.npy", "wb") as binary, \
            open(f"{FOLDER}/million-labels.npy", "wb") as labels:
        text.write((",".join(f"x{i}" for i in range(d)) + ",label\n").encode())
        # A header of npy's by hand: the matrix is never whole in memory.
        np.lib.format.write_array_header_1_0(binary, {"descr": "<f8", "fortran_order": False, "shape": (n, d)})
        np.lib.format.write_array_header_1_0(labels, {"descr": "|u1", "fortran_order": False, "shape": (n,)})
        for _ in range(0, n, block):
            digits = np.clip(np.rint(random.standard_normal((block, d)) * 1e15), -8e15, 8e15).astype(np.int64)
            x = digits / 1e15
            y = (x @ weight + 2 * random.standard_normal(block) > 0).astype(np.uint8)
            cell = np.zeros((block, d, 23), np.uint8)
            cell[:, :, 0] = np.where(digits < 0, ord("-"), 0)
            cell[:, :, 18:] = np.frombuffer(b"e+00,", np.uint8)
            rest = np.abs(digits)
            for at in range(17, 2, -1):
                cell[:, :, at] = ord("0") + rest % 10
                rest //= 10
            cell[:, :, 1], cell[:, :, 2] = ord("0") + rest, ord(".")
            line = np.full((block, d * 23 + 2), ord("\n"), np.uint8)
            line[:, :-2], line[:, -2] = cell.reshape(block, -1), ord("0") + y
            text.write(line[line > 0].tobytes())
            binary.write(x.tobytes())
            labels.write(y.tobytes())
    return {"rows": n, "columns": d}


# Texts.

def texts(name):
    """Training texts and labels, test texts and labels."""
    if name == "thucnews":
        part = []
        for what in "train", "test":
            with open(f"{REAL}thucnews-{what}.tsv", encoding="utf-8", newline="") as f:
                part.append([line.split("\t") for line in f.read().split("\n")[:-1]])
        return [[r[i] for r in p] for p in part for i in (0, 1)]
    part = [rows(f"agnews-{what}.csv") for what in ("train", "test")]
    return [[r[1] + " " + r[2] for r in part[0]], [r[0] for r in part[0]],
            [r[1] + " " + r[2] for r in part[1]], [r[0] for r in part[1]]]


def vectorizer(name):
    return CountVectorizer(analyzer="char", ngram_range=(1, 2)) if name == "thucnews" else TfidfVectorizer()


def objective(x, y, w, b):
    """Half the squared weights and C = 1 times the sum of -ln p(label); w[features, labels]."""
    z = x @ w + b
    z -= z.max(1, keepdims=True)
    nll = np.log(np.exp(z).sum(1)) - z[np.arange(len(y)), np.searchsorted(np.unique(y), y)]
    return float((w ** 2).sum() / 2 + nll.sum())


def text_logistic(name):
    x, y, xt, yt = texts(name)
    clock, v = Clock(), vectorizer(name)
    a = v.fit_transform(x)
    clock.mark("vectorize")
    m = LogisticRegression(C=1, max_iter=1000).fit(a, y)
    clock.mark("fit")
    return {"seconds": clock.seconds, "iterations": int(m.n_iter_[0]), "features": a.shape[1],
            "accuracy": m.score(v.transform(xt), yt), "objective": objective(a, np.array(y), m.coef_.T, m.intercept_)}


def tensors(path):
    """Those of a safetensors file, by name."""
    with open(path, "rb") as f:
        head = json.loads(f.read(struct.unpack("<Q", f.read(8))[0]))
        data = f.read()
    kind = {"F64": "<f8", "F32": "<f4"}
    return {k: np.frombuffer(data[slice(*t["data_offsets"])], kind[t["dtype"]]).reshape(t["shape"])
            for k, t in head.items() if k != "__metadata__" and t["dtype"] in kind}


def text_optimum(name):
    x, y, xt, yt = texts(name)
    v = vectorizer(name)
    a, y = v.fit_transform(x), np.array(y)
    # L-BFGS there ends where it hardly falls any more, which is 1e-8 above the least; Newton's steps go on from it.
    m = LogisticRegression(C=1, max_iter=1000, warm_start=True).fit(a, y)
    m.set_params(solver="newton-cg", tol=1e-7).fit(a, y)
    out = {"iterations": int(m.n_iter_[0]), "objective": objective(a, y, m.coef_.T, m.intercept_),
           "accuracy": m.score(v.transform(xt), yt)}
    if os.path.exists(f"{FOLDER}/model.maas"):
        t = tensors(f"{FOLDER}/model.maas")
        out["ours"] = objective(a, y, np.asarray(t["coef"], float), np.asarray(t["intercept"], float))
    return out


def wide():
    """Components by the eigenvectors of rows times rows, which is what a full decomposition gives."""
    x, y, xt, yt = texts("agnews")
    clock, v = Clock(), CountVectorizer()
    a, at = v.fit_transform(x), v.transform(xt)
    clock.mark("vectorize")
    mean = np.asarray(a.mean(0)).ravel()
    dot = a @ mean
    gram = (a @ a.T).toarray() - dot[:, None] - dot[None, :] + mean @ mean
    value, vector = np.linalg.eigh(gram)
    value, vector = np.clip(value[::-1], 0, None), vector[:, ::-1]
    k = int(np.searchsorted(np.cumsum(value / value.sum()), 0.95, side="right")) + 1
    direction = (a.T @ vector[:, :k] - np.outer(mean, vector[:, :k].sum(0))) / np.sqrt(value[:k])
    z, zt = vector[:, :k] * np.sqrt(value[:k]), at @ direction - mean @ direction
    clock.mark("components")
    m = LogisticRegression(C=1, max_iter=1000).fit(z, y)
    clock.mark("fit")
    return {"seconds": clock.seconds, "components": k, "features": a.shape[1], "accuracy": m.score(zt, yt)}


# Numbers and categories.

def table(name):
    """Features of the training and the test part, as pipelines of scikit-learn make them."""
    part = [rows(f"{name}-{what}.csv")[1:] for what in ("train", "test")]
    number, category, label = ((0, 1, 2, 3, 4, 5, 6, 7), 9, 8) if name == "housing" else ((3, 4, 5, 6, 7), 2, 8)
    x = [np.array([[float(r[i] or "nan") for i in number] for r in p]) for p in part]
    y = [np.array([float(r[label]) for r in p]) for p in part]
    fill = np.nanmedian(x[0], axis=0)
    x = [np.where(np.isnan(p), fill, p) for p in x]
    one = OneHotEncoder(sparse_output=False).fit([[r[category]] for r in part[0]])
    return x, y, [one.transform([[r[category]] for r in p]) for p in part]


def scaled(x, one):
    s = StandardScaler().fit(x[0])
    return [np.hstack([s.transform(p), o]) for p, o in zip(x, one)]


def housing():
    x, y, one = table("housing")
    a = [np.hstack([p, o]) for p, o in zip(x, one)]
    clock = Clock()
    m = Ridge(alpha=1).fit(a[0], y[0])
    clock.mark("fit")
    return {"seconds": clock.seconds, "r2": metrics.r2_score(y[1], m.predict(a[1]))}


def housing_mlp():
    x, y, one = table("housing")
    a, mean, scale = scaled(x, one), y[0].mean(), y[0].std()
    clock = Clock()
    m = MLPRegressor((64, 64), random_state=0).fit(a[0], (y[0] - mean) / scale)
    clock.mark("fit")
    return {"seconds": clock.seconds, "epochs": m.n_iter_, "r2": metrics.r2_score(y[1], m.predict(a[1]) * scale + mean)}


def ai4i(model):
    x, y, one = table("ai4i")
    a, clock = scaled(x, one), Clock()
    m = model.fit(a[0], y[0])
    clock.mark("fit")
    return {"seconds": clock.seconds, "epochs": int(np.max(m.n_iter_)), "f1": metrics.f1_score(y[1], m.predict(a[1])),
            "auc": metrics.roc_auc_score(y[1], m.predict_proba(a[1])[:, 1])}


def million():
    x, y = np.load(f"{FOLDER}/million.npy"), np.load(f"{FOLDER}/million-labels.npy")
    clock = Clock()
    m = LogisticRegression(C=1).fit(x, y)
    clock.mark("fit")
    return {"seconds": clock.seconds, "iterations": int(m.n_iter_[0]), "accuracy": m.score(x, y)}


def digits():
    import gzip
    import torch
    torch.set_num_threads(int(THREADS))
    torch.manual_seed(SEED)
    with gzip.open(REAL + "t10k-images-idx3-ubyte.gz") as f:
        x = torch.tensor(np.frombuffer(f.read(), np.uint8, offset=16).reshape(-1, 784) / np.float32(255))
    with gzip.open(REAL + "t10k-labels-idx1-ubyte.gz") as f:
        y = torch.tensor(np.frombuffer(f.read(), np.uint8, offset=8).astype(np.int64))
    layer, relu = torch.nn.Linear, torch.nn.ReLU()
    net = torch.nn.Sequential(layer(784, 128), relu, layer(128, 128), relu, layer(128, 10))
    optimiser, loss, took = torch.optim.Adam(net.parameters()), torch.nn.CrossEntropyLoss(), []
    for _ in range(5):
        clock, order = Clock(), torch.randperm(8000)
        for i in range(0, 8000, 32):
            pick = order[i:i + 32]
            optimiser.zero_grad()
            loss(net(x[pick]), y[pick]).backward()
            optimiser.step()
        clock.mark("epoch")
        took.append(clock.seconds["epoch"])
    with torch.no_grad():
        good = (net(x[8000:]).argmax(1) == y[8000:]).float().mean().item()
    return {"seconds": {"fit": sum(took)}, "epoch": sorted(took)[2], "accuracy": good}


def versions():
    try:
        from torch import __version__ as torch
    except ImportError:
        torch = None
    import scipy
    import sklearn
    return {"python": sys.version.split()[0], "numpy": np.__version__, "scipy": scipy.__version__,
            "scikit-learn": sklearn.__version__, "torch": torch}


WHAT = {
    "versions": versions, "split": split, "numbers": numbers, "wide": wide, "million": million, "digits": digits,
    "thucnews": lambda: text_logistic("thucnews"), "thucnews-optimum": lambda: text_optimum("thucnews"),
    "agnews": lambda: text_logistic("agnews"), "agnews-optimum": lambda: text_optimum("agnews"),
    "housing": housing, "housing-mlp": housing_mlp,
    "ai4i": lambda: ai4i(LogisticRegression(class_weight="balanced", tol=1e-8, max_iter=1000)),
    "ai4i-mlp": lambda: ai4i(MLPClassifier((64, 64), random_state=0)),
}

if __name__ == "__main__":
    if len(sys.argv) < 3 or sys.argv[1] not in WHAT:
        sys.exit(__doc__)
    print(json.dumps(WHAT[sys.argv[1]]()))
