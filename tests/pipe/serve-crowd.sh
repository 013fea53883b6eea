# Ten thousand connections at once, or as many as the system allows; more than may be; a thousand that come and go.
. "$TOP/tests/serve.sh"
PATH=$BIN/tool:$PATH
maas-tokenize train -q -n 300 -o tok.json "$DATA/example/corpus.txt"
"$BIN/tool/make_gpt" m.maas tok.json
serve -m m.maas --connections 10000 2>limits
crowd stay 10000 s "$server" 2>numbers
gone() { ask http://localhost/metrics | grep -x 'maas_http_connections 1' >answer; }
await gone; crowd come 1000 s
# as many at once as events are taken at a time, or twice as many
await gone; for n in 128 256; do crowd stay $n s "$server" 2>numbers; await gone; done
ask -w '\n' http://localhost/healthz
end
serve -m m.maas --connections 100 2>limits
crowd stay 1000 s "$server" 2>numbers
counted() { metric_is 'maas_http_rejected_total{reason="conn_limit"}' 900; }
await counted && echo "counted"
end
