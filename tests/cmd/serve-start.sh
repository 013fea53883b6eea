# What keeps a server from starting, each with one line and its status.
exec 2>&1
export MAAS_REGISTRY=none
maas-serve; echo "$?"
maas-serve -m nowhere.maas --state state --unix s; echo "$?"
mkdir d; maas-serve -m d --state state --unix s; echo "$?"
echo 'no model' >bad.maas; maas-serve -m bad.maas --state state --unix s; echo "$?"
maas-tokenize train -q -n 300 -o tok.json "$DATA/example/corpus.txt"
"$BIN/tool/make_gpt" m.maas tok.json
"$BIN/tool/make_gpt" bare.maas -
maas-serve -m bare.maas --state state --unix s; echo "$?"
maas-serve -m 'a b=m.maas' --state state --unix s; echo "$?"
maas-serve -m m.maas -m m=m.maas --state state --unix s; echo "$?"
maas-serve -m m.maas --state state --host 0.0.0.0 --port 0; echo "$?"
maas-serve -m m.maas --state state --port 70000 | head -n 1; echo "$?"
: >s; maas-serve -m m.maas --state state --unix s; echo "$?"; rm s
maas-serve -m m.maas --state state --unix none/s; echo "$?"
maas-serve -m m.maas --state state --unix "$(printf '%0200d' 7)" | cut -c 180-; echo "$?"
# a second server on the same socket; the name of a dead one
. "$TOP/tests/serve.sh"
serve -m m.maas
maas-serve -m m.maas --state state --unix s; echo "$?"
maas-serve -m m.maas --state state --host here.example --behind-proxy --port 0; echo "$?"
{ kill -9 "$server"; wait "$server"; } 2>killed; [ -S s ] && echo "the name is left"
serve -m m.maas
ask http://localhost/healthz
end
[ -e s ] || echo "the name is gone"
