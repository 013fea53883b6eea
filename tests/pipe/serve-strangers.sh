# Who has no key takes nothing from those who have: no room for bodies, and no time while another process writes the state.
. "$TOP/tests/serve.sh"
printf 'good\tyes\nbad\tno\n' >t.tsv; maas-train logistic -q -o t.maas t.tsv
cat >strangers.py <<'END'
import socket, sqlite3, sys

def dial(said, seconds=60):
    s = socket.socket(socket.AF_UNIX)
    s.settimeout(seconds)
    s.connect("s")
    s.sendall(said.replace("\n", "\r\n").encode())
    return s

def status(said, seconds=60):
    try:
        return dial(said, seconds).recv(12).decode()[9:]
    except socket.timeout:
        return "no answer"

predict = ("POST /v1/models/t/predict HTTP/1.1\nHost: localhost\nAuthorization: Bearer %s\nContent-Length: 15\n\n"
    '{"text":"good"}' % sys.argv[1])
code = '{"invite":"invite_none","name":"x"}'
knock = "POST /v1/register HTTP/1.1\nHost: localhost\nContent-Length: %d\n\n%s" % (len(code), code)
crowd = [dial("POST /v1/completions HTTP/1.1\nHost: localhost\nContent-Length: 1048576\n\n") for i in range(300)]
print("300 announce a MiB each:", status(predict))
for path in "/v1/register", "/v1/completions":
    s, sent = dial("POST %s HTTP/1.1\nHost: localhost\nTransfer-Encoding: chunked\n\n" % path), 0
    try:
        while sent < 32 << 20:
            s.sendall(b"10000\r\n" + bytes(1 << 16) + b"\r\n")
            sent += 1 << 16
    except OSError:
        pass
    print("chunks to", path, "are cut" if sent < 4 << 20 else "go on and on")
print("meanwhile:", status(predict))
for i in range(40):
    nonsense = status("POST /v1/register HTTP/1.1\nHost: localhost\nContent-Length: 1\n\n{")
print("nonsense:", nonsense, "and a wrong invite:", status(knock))
other = sqlite3.connect("state/maas.db", isolation_level=None)
other.execute("BEGIN IMMEDIATE")
knocks = [dial(knock) for i in range(4)]
print("the state is locked:", status(predict, 4), status(knock))
other.execute("COMMIT")
print("and free again:", status(knock))
END
serve -m t.maas 2>told
python3 strangers.py "$KEY"
end
# what was counted meanwhile is there
maas-serve usage --state state | cut -f 4,5
