# MAAS_ISA plays a lesser processor, says so where a better one cannot be had, and takes no other word.
seq 40 >t.txt; best=$(maas-tokenize --version | sed -n 's/^isa .* (of \(.*\))$/\1/p')
for isa in portable avx2 avx512 amx ''; do
	MAAS_ISA=$isa maas-tokenize train -n 257 -o t.json t.txt 2>said; echo "$isa = $?"
	case "$isa $best" in 'amx amx'|'avx512 avx512'|'avx512 amx'|'avx2 avx'*|'avx2 amx'|portable*|' '*) want=0;; *) want=1;; esac
	grep -c "^maas-tokenize: MAAS_ISA: $isa cannot be had here: .*; $best is used" said | grep -qx $want || cat said
	MAAS_ISA=$isa maas-tokenize train -q -n 257 -o t.json t.txt
done
MAAS_ISA=sse maas-tokenize train -n 257 -o t.json t.txt 2>said; echo "sse = $?"; head -n 1 said
# Subnormal numbers are zero, in every thread of every command.
printf 'x,y\n1,1e-310\n2,1e-310\n3,1e-310\n' >t.csv
maas-train linear -q -o m.maas t.csv && printf 'x\n5\n' | maas-classify predict -m m.maas
