# What few bits cost a model that has learnt something: on text it did not learn from, 8 bits next to nothing, 4 little.
maas-tokenize train -q -n 300 -o tok.json "$DATA/example/corpus.txt"
head -n 8 "$DATA/example/corpus.txt" >rest; tail -n +9 "$DATA/example/corpus.txt" >learn
maas-train gpt -q --layers 2 --heads 2 --embed 64 --context 64 -b 8 --steps 150 --tokenizer tok.json -o m.maas learn
for type in q8 q4; do
	maas-model quantize -t $type m.maas $type.maas
	"$BIN/tool/divergence" m.maas $type.maas rest >told || echo "divergence fails"
	awk -F '\t' -v t=$type '{ v[$1] = $2 } END {
		learnt = v["perplexity"] > 5 && v["perplexity"] < 150
		r = v["rise, %"]; d = v["divergence, nats"]
		near = t == "q8" ? r < 0.2 && r > -0.2 && d > 0 && d < 0.002 : r < 3 && r > -1 && d > 0 && d < 0.03
		print t, learnt ? "learnt" : "not learnt: " v["perplexity"], near ? "and as good" : "and too far off: " r " %, " d " nats"
	}' told
done
# the measure itself: a model is no distance from itself, and is its perplexity what maas-generate says
"$BIN/tool/divergence" m.maas m.maas rest >told; sed -n '/^rise\|^diverg\|^another/p' told
maas-generate -m m.maas --precision f32 --perplexity --stride 64 rest | sed -n 's/^perplexity	//p' >theirs
awk 'NR == FNR { a = $1; next } /^perplexity\t/ { d = $2 / a - 1; print (d < 0.02 && d > -0.02) ? "the same perplexity" : "another: " $2 ", " a }' theirs FS='\t' told
