# maas-train --register: what was written has a name and a label at once.
exec 2>&1
export MAAS_REGISTRY=reg
printf 'a,label\n1,x\n2,x\n3,y\n4,y\n' >d.csv
maas-train logistic -o m.maas --register topics:stable d.csv | head -n 1
maas-train logistic -q -o m.maas --registry reg --register topics d.csv; echo "exit $?"
maas-model list | cut -f 1-4; cmp m.maas reg/topics/2/model.maas && echo same
maas-classify predict -m topics@stable d.csv | head -n 2
maas-tokenize train -q -n 300 -o tok.json "$DATA/example/corpus.txt"
maas-train gpt -q --tokenizer tok.json --steps 1 --layers 1 --embed 16 --heads 2 --context 8 -o g.maas --register words:next "$DATA/example/corpus.txt"
maas-model list words | cut -f 1-4
# another model of the same name starts from it
maas-train gpt -q --init-from words --steps 1 -o h.maas --register words:next "$DATA/example/corpus.txt"; cat reg/words/labels
for n in a/b .x topics: topics:1 'topics:a b'; do maas-train logistic -o n.maas --register "$n" d.csv | head -n 1; done; [ ! -e n.maas ] && echo "nothing is written"
maas-train logistic -o - --register topics d.csv | head -n 1
maas-train logistic -q -o m.maas --registry d.csv --register topics d.csv; echo "exit $?"; ls reg/topics
