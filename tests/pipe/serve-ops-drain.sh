# SIGTERM while connections are open: who is connected is told, what runs comes to its end, what does not end is cut.
. "$TOP/tests/serve.sh"
maas-tokenize train -q -n 300 -o tok.json "$DATA/example/corpus.txt"
"$BIN/tool/make_gpt" m.maas tok.json context=8192
cat >drain.py <<'P'
import http.client, json, os, signal, socket, sys, time
key, pid, tokens = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
class Unix(http.client.HTTPConnection):
    def connect(self):
        self.sock = socket.socket(socket.AF_UNIX); self.sock.connect("s")
def ask(c, method, path, body=None):
    c.request(method, path, body, {"Authorization": "Bearer " + key})
    r = c.getresponse()
    return r
conns = [Unix("localhost", timeout=60) for _ in range(4)]
for c in conns:
    r = ask(c, "GET", "/readyz"); print(r.status, r.read().decode().strip())
stream = Unix("localhost", timeout=60)
r = ask(stream, "POST", "/v1/completions", json.dumps({"model": "m", "prompt": "x", "max_tokens": tokens, "ignore_eos": True, "stream": True}))
first = r.readline()
os.kill(pid, signal.SIGTERM)
while os.path.exists("s"):
    time.sleep(0.01)
for c, path in zip(conns, ("/readyz", "/healthz", "/metrics", "/v1/models")):
    q = ask(c, "GET", path)
    text = q.read().decode()
    print(path, q.status, text.strip() if path != "/metrics" and path != "/v1/models" else len(text) > 100, q.getheader("Retry-After"), q.getheader("Connection"))
try:
    Unix("localhost").connect(); print("connected")
except OSError:
    print("no new connection")
text = first + r.read()
print("DONE" if text.endswith(b"data: [DONE]\n\n") else "cut", text.count(b"data: {") > 0)
P
serve -m m.maas
python3 drain.py "$KEY" "$server" 3000
wait "$server"; echo "server: $?"
trap - EXIT
# the time that is given is up
serve -m m.maas --drain-timeout 0.5s 2>said
stream() { exec curl -sSN --unix-socket s -H "Authorization: Bearer $KEY" -d '{"model":"m","prompt":"x","max_tokens":8000,"n":4,"ignore_eos":true,"stream":true}' http://localhost/v1/completions; }
stream >short 2>left & one=$!
await metric_is 'maas_requests_running{model="m",version="1"}' 1
kill "$server"; wait $one; wait "$server"; echo "server: $?"
trap - EXIT
sed -n 's/^data: {/{/p' short | jq -rs '.[-1].error.code'
