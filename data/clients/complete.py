#!/usr/bin/env python3
"""complete.py -- continue a text with a model that maas-serve serves, and show it as it comes.

    MAAS_KEY=maas_... complete.py http://127.0.0.1:8080 MODEL PROMPT

Needs Python and requests.  A server that is busy is asked once more when it says so.
"""
import json
import os
import sys
import time

import requests


def stream(url, **body):
    """The reply, whose lines come one by one; the server's own words where it refuses."""
    headers = {"Authorization": "Bearer " + os.environ["MAAS_KEY"]}
    reply = requests.post(url, json=body, headers=headers, timeout=300, stream=True)
    if reply.status_code in (429, 503):
        time.sleep(float(reply.headers.get("Retry-After", 1)))
        reply = requests.post(url, json=body, headers=headers, timeout=300, stream=True)
    if not reply.ok:
        raise SystemExit(reply.json()["error"]["message"])
    return reply


def main():
    if len(sys.argv) != 4 or "MAAS_KEY" not in os.environ:
        raise SystemExit(__doc__)
    url, model, prompt = sys.argv[1:]
    reply = stream(f"{url}/v1/completions", model=model, prompt=prompt, max_tokens=100, temperature=0, stream=True)
    for line in reply.iter_lines():  # b'data: {"choices":[{"text":"..."}]}', b'', ..., b'data: [DONE]'
        if not line.startswith(b"data: {"):
            continue
        event = json.loads(line[6:])
        if "error" in event:
            raise SystemExit(event["error"]["message"])
        print(event["choices"][0]["text"], end="", flush=True)
    print()


main()
