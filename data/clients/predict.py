#!/usr/bin/env python3
"""predict.py -- label each line of text with a model that maas-serve serves.

    MAAS_KEY=maas_... predict.py http://127.0.0.1:8080 MODEL < texts

One line in, one line out: label, tab, score.  Needs Python and requests.
A server that is busy is asked once more when it says so.
"""
import os
import sys
import time

import requests

BATCH = 500


def ask(url, **body):
    """The reply to a body of JSON; the server's own words where it refuses."""
    headers = {"Authorization": "Bearer " + os.environ["MAAS_KEY"]}
    reply = requests.post(url, json=body, headers=headers, timeout=300)
    if reply.status_code in (429, 503):
        time.sleep(float(reply.headers.get("Retry-After", 1)))
        reply = requests.post(url, json=body, headers=headers, timeout=300)
    if not reply.ok:
        raise SystemExit(reply.json()["error"]["message"])
    return reply.json()


def main():
    if len(sys.argv) != 3 or "MAAS_KEY" not in os.environ:
        raise SystemExit(__doc__)
    url = f"{sys.argv[1]}/v1/models/{sys.argv[2]}/predict"
    texts = [line.rstrip("\n") for line in sys.stdin]
    for i in range(0, len(texts), BATCH):
        for p in ask(url, text=texts[i : i + BATCH], top_k=1)["predictions"]:
            print(p["label"], p["score"], sep="\t")


main()
