# maas-serve batch: misuse, outputs that cannot be written
exec 2>&1
maas-train logistic -q --tfidf -o topics.maas "$DATA/example/train.tsv"
printf '{"custom_id":"a","method":"POST","url":"/v1/models/topics/predict","body":{"text":"x"}}\n' >r.jsonl
first() { sed -n 1p; }
maas-serve batch -m topics.maas --resume r.jsonl | first
maas-serve batch -m topics.maas --resume -o - r.jsonl | first
maas-serve batch -m topics.maas r.jsonl r.jsonl | first
maas-serve batch -m topics.maas --port 8080 r.jsonl | first
maas-serve batch -m topics.maas none.jsonl; echo "$?"
maas-serve batch -m topics.maas .; echo "$?"
maas-serve batch --registry none r.jsonl; echo "$?"
maas-serve batch -q -m topics.maas r.jsonl >/dev/full; echo "$?"
maas-serve batch -m topics.maas -o /dev/full r.jsonl; echo "$?"
maas-serve batch -m topics.maas -o /dev/full --resume r.jsonl; echo "$?"
maas-serve batch -m topics.maas -o . --resume r.jsonl; echo "$?"
maas-serve batch -m topics.maas -o none/x r.jsonl; echo "$?"
maas-serve batch -m topics.maas -o r.jsonl r.jsonl; echo "$?"
maas-serve batch -m topics.maas r.jsonl | true
