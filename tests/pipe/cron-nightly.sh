# data/cron/nightly: nights in which all is well say nothing; one in which anything fails, at any step, loses nothing, says why
# once, ends with a status of sysexits, and the next one mends it.
ex=$DATA/example
MAAS_REGISTRY=$PWD/reg; export MAAS_REGISTRY
cp "$TOP/data/cron/nightly" . && awk 'NR % 4 == 1' "$ex/train.tsv" >few.tsv && cat "$ex/train.tsv" "$ex/test.tsv" >all.tsv
# a first model that cannot be good, so that the second is better: labels of a kind are lost
sed 's/	.*/	repair/' few.tsv | sed '1,12s/	.*/	billing/' >bad.tsv; cat few.tsv >>bad.tsv
settings() { cat >conf <<END
NAME=topics DATA=$PWD/data.tsv TRAIN='logistic --tfidf' WORK=$PWD/work TELL='echo "\$(maas-model list topics | grep -c stable)" >>told'
$*
END
}
night() { sh -u ./nightly conf >said 2>&1; rc=$?; [ -s said ] && sed "s|$PWD/||g; s/ [0-9.]*, below/ ..., below/" said; [ $rc -eq 0 ] || echo "exit $rc"; }
stable() { maas-model list topics 2>&1 | awk -F '\t' '$3 ~ /stable/ { print $1 "@" $2 }'; }
echo "== the first night, one without news, one with better data, one with as good data"
settings; cp bad.tsv data.tsv
night; stable; cat told
night; stable; cat told
cp all.tsv data.tsv; night; stable; wc -l <told; ls work
cp data.tsv more; cat few.tsv >>data.tsv; night; stable; maas-model list topics | wc -l
echo "== what is below its gate is refused, once"
settings "GATE='accuracy=0.2 log_loss=0.0001'"; sed 's/The/A/' all.tsv >data.tsv; night | sed 's/is [0-9.]*,/is ...,/'; ls work; night; stable
echo "== settings"
echo NAME=x >empty
for f in '' none empty; do sh -u ./nightly $f 2>&1; echo "exit $?"; done
settings; printf 'DATA=%s/none\n' "$PWD" >>conf; night
settings "WORK=/proc/nothing"; night; settings "MAAS_X=1 TRAIN='logistic --nonsense'"; sed 's/The/One/' all.tsv >data.tsv; night 
settings; printf 'one text only\n' >data.tsv; rm -r work/run; night
settings; yes 'the same	sort' | head -n 50 | awk '{ print NR $0 }' >data.tsv; night; ls work
cp all.tsv data.tsv; night; stable

echo "== compressed data are the rows that are in them, whatever they are called"
cp -r reg kept.reg; sum() { sha256sum <reg/topics/1/model.maas; }
rm -rf reg work; cp all.tsv data.tsv; night; stable; was=$(sum)
for name in data.tsv.gz data.tsv packed; do
	rm -rf reg work data.tsv; head -n 20 all.tsv | gzip >$name; tail -n +21 all.tsv | gzip >>$name; settings "DATA=$PWD/$name"
	[ "$name" != packed ] || echo "TRAIN='logistic --tfidf --format tsv'" >>conf
	night; night; stable; [ "$(sum)" = "$was" ] && echo "$name: the same model"; ls work; rm -rf reg work; head -c 200 $name >short; cp short $name; night; stable; rm $name
done
rm -rf reg work; settings "DATA=$PWD/data.tsv"; mv kept.reg reg
echo "== a failure at each step"
mkdir shim real
cat >shim/one <<'END'
#!/bin/sh
# one call more; the one that is meant fails, before or behind its work, or is the end of the whole night
me=${0##*/}; PATH=$REAL; export PATH
echo "$$ $me" >>"$CALLS"
n=$(grep -nx "$$ $me" "$CALLS"); n=${n%%:*}
[ "$n" = "$FAULT" ] || exec "$me" "$@"
case $HOW in
before) exit "$WITH" ;;
behind) "$me" "$@"; exit "$WITH" ;;
night) kill -KILL 0 ;;
esac
END
chmod +x shim/one
for c in maas-train maas-classify maas-model awk cat cp cut flock grep mkdir mv rm sha256sum; do ln -s one shim/$c; done
REAL=$PATH CALLS=$PWD/calls; export REAL CALLS
mkdir state; rm -rf reg work; settings "TELL='echo told >>told'"; cp bad.tsv data.tsv; night; cp all.tsv data.tsv; cp -r reg work state
fault() {
	rm -rf reg work told; cp -r state/reg state/work .; : >calls
	FAULT=$1 HOW=$2 WITH=$3 PATH=$PWD/shim:$PATH setsid sh -u ./nightly conf >said 2>&1; rc=$?
}
fault 0 before 0; [ $rc -eq 0 ] && [ ! -s said ] && [ "$(stable)" = topics@2 ] && echo "a night without fault"
cp calls all; [ "$(wc -l <all)" -ge 20 ] && echo "a night is more than 20 commands"
calls() { grep -nE "$1" all | cut -d : -f 1; }
mended() {
	what="$* (call $i, exit $rc)"
	[ "$(maas-model verify topics@stable)" = "topics@stable: good" ] || echo "what served is lost: $what"
	case $rc in 0) [ ! -s said ] || echo "said though all is well: $what" ;; 137) ;;
	*) [ "$(grep -c '^nightly: topics: ' said)" = 1 ] && [ "$(wc -l <said)" -le 2 ] || { echo "other than one message: $what"; cat said; } ;; esac
	case $rc in 0 | 137) ;; 69 | 71 | 73 | 74 | 75 | 77) failed=$((failed + 1)) ;; *) echo "status: $what" ;; esac
	rm -rf said.first; cp said said.first
	sh -u ./nightly conf >said 2>&1; now=$?
	[ $now -eq 0 ] && [ ! -s said ] && [ "$(stable)" = topics@2 ] && [ -s told ] && [ "$(maas-model list topics | wc -l)" = 3 ] && [ ! -e work/run ] ||
		{ echo "not mended: $what: $now $(cat said) $(stable)"; cat said.first; }
}
failed=0; for i in $(calls .); do fault "$i" before 74; mended before; done
[ $failed -ge 10 ] && echo "it failed: told, and mended"
failed=0; for i in $(calls 'maas-|mv|cp|sha'); do fault "$i" behind 74; mended behind; done
[ $failed -ge 8 ] && echo "it failed though its work was done: told, and mended"
killed=0; for i in $(calls 'maas-|mv|rm|cp'); do fault "$i" night 0; [ $rc -ne 137 ] || killed=$((killed + 1)); mended night; done
[ $killed -ge 8 ] && echo "killed: mended"
fault "$(calls maas-classify | head -n 1)" before 137; echo "a step that is killed: $rc"

echo "== two at once, and a clock that has gone back since"
rm -rf reg work told; cp -r state/reg state/work .
find reg work data.tsv -exec touch -d '2099-01-01' {} +
cat >slow <<END
. $PWD/conf
TELL='echo told >>told; sleep 1; until [ -e over ]; do sleep 0.05; done'
END
sh -u ./nightly slow >said.1 2>&1 & first=$!
until [ -e told ]; do sleep 0.05; done
night; : >over; wait $first; echo "the other: $?"; cat said.1; stable; night

echo "== out of time: the next night goes on"
rm -rf reg work; settings "TRAIN='mlp --tfidf --epochs 100000 --hidden 8 --checkpoint-every 100' MAX_TIME=1s"; cp all.tsv data.tsv; night; ls work; stable
was=$(ls work/run/ck | sort | tail -n 1); night; [ "$(ls work/run/ck | sort | tail -n 1)" != "$was" ] && echo "it went on"
sed -i 's/100000/20/' conf; night; stable

echo "== a registry that cannot be written, and one that is full"
rm -rf reg work told; cp -r state/reg state/work .; settings "TELL='echo told >>told'"; cp all.tsv data.tsv
cat >inside <<'END'
case $1 in
read-only) mount --bind reg reg && mount -o remount,ro,bind reg ;;
full) mount -t tmpfs -o size=80k none reg && cp -r state/reg . && { head -c 80k /dev/zero >reg/.rest 2>said; truncate -s -4096 reg/.rest; } ;;
esac || exit 99
sh -u ./nightly conf >said 2>&1; rc=$?
[ "$(maas-model verify topics@stable)" = "topics@stable: good" ] && [ "$(maas-model list topics | wc -l)" = 2 ] || echo "what served is lost"
exit $rc
END
for how in read-only full; do
	# where this user may not mount anything, what would be seen
	unshare -rm sh ./inside $how; rc=$?
	case $rc in
	73 | 74 | 77) [ "$(grep -c '^nightly: topics: registering: maas-model: ' said)" = 1 ] || cat said ;;
	*) unshare -rm true 2>said && { echo "$how: exit $rc"; cat said; } ;;
	esac
	[ "$(stable)" = topics@1 ] && echo "$how: nothing lost"
done
night; stable
echo "== a disk that fills, at each step"
settings; rm -rf work; mkdir -p disk
# a file system of its own where that is possible, else files that cannot grow
cat >inside <<'END'
mount -t tmpfs -o size=$1k none disk && cp -r state/work disk/work 2>/dev/null || { mkdir -p disk/work; }
sh -u ./nightly conf >said 2>&1; rc=$?
rm -rf kept; cp -r disk/work kept; exit $rc
END
sed -i "s|WORK=$PWD/work|WORK=$PWD/disk/work|" conf
if unshare -rm sh -c 'mount -t tmpfs none disk' 2>/dev/null; then small() { unshare -rm sh ./inside "$1"; }
else small() { (ulimit -f $(($1 * 2)); trap '' XFSZ; sh -u ./nightly conf >said 2>&1; rc=$?; rm -rf kept; cp -r disk/work kept; exit $rc); }; fi
seen=
for n in 4 8 16 24 32 40 48 56 64 72 80 96 128 1024; do
	rm -rf reg told disk kept; mkdir disk; cp -r state/reg .; cp -r state/work disk/work
	small $n; rc=$?
	[ "$(maas-model verify topics@stable)" = "topics@stable: good" ] || echo "what served is lost"
	case $rc in 0) [ ! -s said ] || cat said ;; 73 | 74) seen=1; [ "$(grep -c '^nightly: topics: ' said)" = 1 ] || cat said ;; *) echo "$n: exit $rc"; cat said ;; esac
	rm -rf disk/work; cp -r kept disk/work; sh -u ./nightly conf >said 2>&1 || echo "$n: not mended"; cat said; [ "$(stable)" = topics@2 ] || echo "$n: $(stable)"
done
[ "$seen" ] && echo "told, and mended"
