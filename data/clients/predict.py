#!/usr/bin/env python3
"""predict.py -- label each line of text with a model that maas-serve serves.

    MAAS_KEY=maas_... predict.py http://127.0.0.1:8080 MODEL < texts

One line in, one line out: label, tab, score.  Needs nothing but Python.
A server that is busy is asked again when it says so.
"""
import json
import os
import sys
import time
import urllib.error
import urllib.request

BATCH = 500
TRIES = 5


def predict(url, model, texts):
    """The predictions of a list of texts: dicts with 'label' and 'score'."""
    body = json.dumps({"text": texts, "top_k": 1}).encode()
    request = urllib.request.Request(
        f"{url}/v1/models/{model}/predict",
        data=body,
        headers={"Authorization": "Bearer " + os.environ["MAAS_KEY"], "Content-Type": "application/json"},
    )
    for left in reversed(range(TRIES)):
        try:
            with urllib.request.urlopen(request, timeout=300) as reply:
                return json.load(reply)["predictions"]
        except urllib.error.HTTPError as error:
            if error.code not in (429, 503) or not left:
                raise SystemExit(json.load(error)["error"]["message"])
            time.sleep(float(error.headers.get("Retry-After", 1)))


def main():
    if len(sys.argv) != 3 or "MAAS_KEY" not in os.environ:
        raise SystemExit(__doc__)
    lines = [line.rstrip("\n") for line in sys.stdin]
    for i in range(0, len(lines), BATCH):
        for p in predict(sys.argv[1], sys.argv[2], lines[i : i + BATCH]):
            print(p["label"], p["score"], sep="\t")


main()
