# --depfile: make reads the names of all sorts of data, of models and of files in directories, or they are refused by name.
exec 2>&1
printf 'a,label\n1,x\n2,x\n3,y\n4,y\n' >few.csv
teach() { maas-train logistic -q --depfile d.mk "$@"; }
# is NAME...: the model is as new as what it is of, older when one of them is changed, and made again when one is gone
is() {
	model=$1; shift
	printf '\t@echo again >>again\n' >recipe
	sed '/[^\\]$/r recipe' d.mk | awk '/^\t@/ && seen++ { next } 1' >m.mk
	case $model in *%*) goal=$model ;; *) goal= ;; esac
	touch -d 2001-01-01 "$@"; touch -d 2001-01-02 "$model"
	make -q -f m.mk $goal || echo "'$model' is not as new as $*"
	for data in "$@"; do
		touch -d 2001-01-03 "$data"; make -q -f m.mk $goal; [ $? = 1 ] || echo "'$data' is newer than '$model', and make does not see it"
		touch -d 2001-01-01 "$data"
	done
}
echo "== names of data"
for name in 'a b' ' a' 'a=b' '=' 'a:=b' 'a+=b' 'a#b' 'a$b' 'a$$(b' '$(shell touch run)b' 'a:b' 'a::b' 'a%b' '%' 'a*b' 'a?b' '[ab]' 'a]' 'a&' 'a&b' '~a' "a'b" 'a"b' 'a`b' 'a,b' '(a) b' 'a{b}' '<a>' '-a' '@a' 'é 你' 'include'; do
	cp few.csv "./$name"
	teach --format csv -o m.maas few.csv "./$name" || echo "no: $name"; is m.maas few.csv "./$name"
	rm "./$name"; cp few.csv m.csv
	teach -o "$name" --format csv -- m.csv || echo "no: $name"; is "./$name" m.csv; rm -f -- "$name"
done
cp few.csv 'a=b c#d'; teach -o m.maas --val 'a=b c#d' few.csv; is m.maas 'a=b c#d' few.csv; cat d.mk
echo "== files in a directory, one that is gone"
mkdir 'my pets'; for a in cat dog; do mkdir "my pets/$a"; cp "$DATA"/example/shapes/box/[12].png "my pets/$a"; mv "my pets/$a/1.png" "my pets/$a/a=b %1#.png"; done
teach --size 4x4 -o m.maas 'my pets'; cat d.mk; find 'my pets' -exec touch -d 2001-01-01 {} +; is m.maas 'my pets/cat/a=b %1#.png' 'my pets/dog/2.png'
printf 'm.maas:\n\t@echo "made again"\ninclude d.mk\n' >p.mk; make -s -f p.mk; touch m.maas; make -q -f p.mk && echo "as new"; rm 'my pets/cat/a=b %1#.png'; make -s -f p.mk
echo "== names that make cannot read"
rm d.mk
refused() { teach "$@" 2>&1 | head -n 1; [ ! -e d.mk ] || cat d.mk; }
for name in 'few;touch run.csv' 'a|b' '|' 'a\b' 'a\' 'few (1)' 'a ' "$(printf 'a\tb')" "$(printf 'a\033b')"; do
	cp few.csv "$name"; refused -o m.maas few.csv "$name"; rm "$name"; refused -o "$name" few.csv; [ ! -e "$name" ] || echo "made"
done
cp few.csv 'a
b'; refused -o m.maas few.csv 'a
b'
cp few.csv 'v;'; refused -o m.maas --val 'v;' few.csv; mv 'my pets/dog/2.png' 'my pets/dog/2;.png'; refused --size 4x4 -o m.maas 'my pets'
[ ! -e run ] && echo "nothing was run"
