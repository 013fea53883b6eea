# Pictures that are none: by their header too large, of no side or of odd bits, cut short; arrays that promise more than
# they hold; directories of other files; labels and files that do not match.  Each is named, none is answered.
# shellcheck disable=SC2069 # answers aside, what is told is looked at
P=$DATA/media
maas-train logistic -q -o probe.maas --labels /dev/null "$P/gray.png" 2>&1 | grep -q 'built without' && { echo 'built without libpng'; exit 77; }
mkdir set set/a set/b bad
cp "$P/gray.png" "$P/ramp.jpg" "$P/deep.png" set/a; cp "$P/colour.png" "$P/palette.png" "$P/alpha.png" "$P/bits.png" set/b
echo '# other files of a directory are passed over'
echo notes >set/a/notes.txt; echo x >set/b/Thumbs.db; mkdir set/b/empty
train() { maas-train cnn -q --size 8x8 --conv 4x3 --hidden 4 --epochs 1 -o "$@" 2>&1; echo "exit $?"; }
train m.maas set
maas-classify predict -m m.maas --append set | cut -f 1
echo '# headers, with sums of their own'
png() { { printf '\211PNG\r\n\032\n\000\000\000\015IHDR'; printf "$2"; printf '\000\000\000\014IDATx\234c\140\240\075\000\000\000d\000\001\206d\0745\000\000\000\000IEND\256B\140\202'; } >"bad/$1.png"; }
png huge '\177\377\377\377\177\377\377\377\010\000\000\000\0001\242T\272'
png large '\000\001\206\240\000\001\206\240\020\006\000\000\000\370\302\327\213'
png none '\000\000\000\000\000\000\000\005\010\000\000\000\000N\055\262\175'
png odd '\000\000\000\005\000\000\000\005\007\000\000\000\000\052T\356\350'
png short '\000\000\000\100\000\000\000\100\010\000\000\000\000\217\002\056\002'
head -c 60 "$P/gray.png" >bad/cut.png; for n in 2 20 300 700; do head -c $n "$P/ramp.jpg" >bad/cut$n.jpg; done; : >bad/empty.png
for f in bad/*; do maas-classify predict -m m.maas "$f" 2>&1 | head -n 1; done
maas-classify predict -m m.maas bad 2>/dev/null | wc -l
train no.maas --label-from '^([a-z])' bad
echo '# labels without files, files without labels'
yes 'a
b' | head -n 9 >nine; head -n 3 nine >three; printf 'a\nb\n\nb\na\nb\na\n' >gap; head -n 7 nine >seven
for l in nine three gap seven none; do train l.maas --labels $l set; done
train no.maas --label-from '^([gr])' set
cp "$P/gray.png" set/top.png; train no.maas set; rm set/top.png
mkdir nothing; train no.maas nothing
ln -s nowhere set/b/x.png; train no.maas set
echo '# a link to nowhere in a directory is a row without an answer, a link that nobody would take for a picture is passed over'
ln -s nowhere set/b/notes
maas-classify predict -m m.maas --append set 2>&1 >out; echo "exit $? $(grep -c . out) rows, $(grep -c '^.*[ab].*0\.' out) answers"
rm set/b/x.png set/b/notes
maas-classify predict -m m.maas set/b/x.png 2>&1; echo "exit $?"
echo '# arrays'
head -n 2 nine >two
idx() { { printf '\000\000\010\003'; printf "$2"; printf "$3"; } >"$1.idx"; train no.maas --labels two "$1.idx"; }
idx promise '\377\377\377\377\377\377\377\377\377\377\377\377' abc
idx wide '\000\000\000\002\177\377\377\377\177\377\377\377' abc
idx none '\000\000\000\002\000\000\000\000\000\000\000\005' ''
idx empty '\000\000\000\000\000\000\000\005\000\000\000\005' ''
idx cut '\000\000\000\002\000\000\000\003\000\000\000\003' aaaaaaaaabbbbbbbb
idx more '\000\000\000\002\000\000\000\003\000\000\000\003' aaaaaaaaabbbbbbbbbc
idx head '\000\000' ''
[ ! -e no.maas ] && echo 'nothing is left'
