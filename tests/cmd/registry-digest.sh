# The digest that a version was registered with is compared whenever its name is opened, and once for one file.
exec 2>&1
export MAAS_REGISTRY=reg
printf 'a,b,label\n1,2,x\n2,1,x\n3,5,y\n4,3,y\n' >d.csv
maas-train logistic -q -o m.maas --register topics:stable d.csv; maas-train logistic -q --C 9 -o n.maas d.csv
maas-pca fit -q -n 1 --label 3 -o p.maas --register shape d.csv
maas-tokenize train -q -n 300 -o tok.json "$DATA/example/corpus.txt"
"$BIN/tool/make_gpt" gpt.maas tok.json; maas-model register -q gpt.maas words
try() { "$@" >said 2>&1; rc=$?; sed 's/[0-9a-f]\{12\}\.\.\./DIGEST/g; s/^maas-[a-z]*: //' said | head -n 1; echo "exit $rc"; }
alter() { printf '\377' | dd of="reg/$1/1/model.maas" bs=1 seek="$(($(wc -c <"reg/$1/1/model.maas") - 3))" conv=notrunc status=none; }
echo '== a stamp, made at once or by the first who reads'
maas-model info topics >info; cut -d ' ' -f 5 reg/topics/1/checked | cmp - /dev/fd/3 3<<END && echo "of this digest"
$(sha256sum m.maas | cut -d ' ' -f 1)
END
was=$(cat reg/topics/1/checked); touch reg/topics/1/model.maas; try maas-model verify topics; [ "$was" != "$(cat reg/topics/1/checked)" ] && echo "another time, another stamp"
echo garbage >reg/topics/1/checked; try maas-model verify topics; grep -c garbage reg/topics/1/checked
rm reg/topics/1/checked; mkdir reg/topics/1/checked; try maas-model verify topics; rmdir reg/topics/1/checked
chmod 600 d.csv; ln -s ../../../d.csv reg/topics/1/checked; try maas-model verify topics; head -n 1 d.csv; rm reg/topics/1/checked
cp d.csv e.csv; ln e.csv reg/topics/1/checked; try maas-model verify topics; cmp d.csv e.csv && echo "what a link names stays"
cp -a reg copy; MAAS_REGISTRY=copy try maas-model verify topics
echo '== one byte is another: no command opens it'
for n in topics shape words; do alter $n; done
try maas-classify predict -m topics d.csv
try maas-classify predict -m topics@1 d.csv
try maas-classify explain -m topics@stable d.csv
try maas-classify compare -m topics -m m.maas d.csv
try maas-pca transform -m shape d.csv
try maas-generate -m words -p x -n 1
try maas-tokenize encode -m words d.csv
try maas-train logistic -q --init-from topics -o o.maas d.csv
try maas-train gpt -q --tokenizer words --steps 1 -o o.maas d.csv
for verb in info card tensors verify; do try maas-model $verb topics; done
try maas-model diff topics m.maas; try maas-model register topics again; try maas-model quantize words q.maas
try maas-serve --check-config -m topics@stable --state state
try maas-serve --check-config --registry reg --state state
try maas-model list topics | sed "s,\t.*,,"
echo '== nor a version that another model took the place of, whatever its time says'
touch -r reg/topics/1/model.maas when; cp n.maas reg/topics/1/model.maas; touch -r when reg/topics/1/model.maas
try maas-model info topics; try maas-model info m.maas
echo '== what was compared is not read again'
stat --printf '%i %s ' reg/topics/1/model.maas >reg/topics/1/checked
stat -c '%.9Y %.9Z' reg/topics/1/model.maas | tr '\n' ' ' >>reg/topics/1/checked; sha256sum m.maas | cut -d ' ' -f 1 >>reg/topics/1/checked
try maas-model info topics; try maas-model verify topics
echo '== a digest that is not known'
echo '{' >reg/topics/1/about.json; try maas-model info topics; rm reg/topics/1/about.json; try maas-model info topics
