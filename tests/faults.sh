# shellcheck shell=sh
# A registry whose writer is killed, or whose disk fails, at each of its changes of the file system in turn: what tests of it share.
# Versions 1, 2 and 3 of t, of m.maas and n.maas, lie in reg, and in base to begin with again.
exec 2>&1
export MAAS_REGISTRY=reg ASAN_OPTIONS=detect_leaks=0
fault() { "$BIN/tool/fault" "$@"; }
fault 0 kill true >steps || { echo "this system lets nobody trace a process"; exit 77; }
printf 'a,label\n1,x\n2,x\n3,y\n4,y\n' >d.csv
maas-train logistic -q -o m.maas d.csv; maas-train logistic -q --C 9 -o n.maas d.csv
maas-model register -q --label stable m.maas t; maas-model register -q --label stable n.maas t; maas-model register -q m.maas t
mv reg base
fresh() { rm -rf reg; cp -a base reg; }
# whole VERSION...: these are there, all that is there is good, labels stand at what is there
whole() {
	for v in "$@"; do [ -e "reg/t/$v/about.json" ] || echo "version $v is lost"; done
	(cd reg/t && printf 't@%s\n' stable [1-9]*) | xargs maas-model verify -q || echo "not good"
	! grep -v '^[^	]*	[a-z]*	[0-9]*	[a-z]*	[0-9a-f]*$' reg/t/log
}
signed() { :; } # a test of signatures says what is looked at besides
# each CAUSE MEANING KEPT COMMAND...: at each step in turn
each() {
	cause=$1; means=$2; kept=$3; shift 3
	fresh; n=$(fault 0 kill "$@") || echo "$* fails by itself"
	[ "$n" -ge 3 ] || echo "$* has $n steps"
	k=0
	while [ $k -lt "$n" ]; do
		k=$((k+1)); fresh
		fault $k "$cause" "$@" >said 2>&1; rc=$?
		case $cause.$rc in
		kill.137) ;;
		*.0) ;;
		*.7[0-9]) grep -q "$means" said || { echo "$* step $k $cause: $rc"; cat said; } ;;
		*) echo "$* step $k $cause: $rc"; cat said ;;
		esac
		# shellcheck disable=SC2086 # several
		whole $kept; signed
		if [ $rc -ne 0 ]; then "$@" >again 2>&1 || [ $? -eq 66 ] || { echo "$* step $k $cause, again:"; cat again; }; fi
		[ ! -e reg/t/.new ] || echo "$* step $k: a half is left"
	done
	echo "$cause: $* is whole"
}
