# make install puts everything in its place, a program links with it, the experiment runs on what is there, and
# make uninstall removes what was put there, and nothing else.
unset MAKEFLAGS MFLAGS
# what is built is taken as it is
at() { make -s -C "$TOP" -o all B="$BIN" DESTDIR="$PWD/root" PREFIX=/opt/maas "$@" >said 2>&1 || { cat said; exit 1; }; }
top=$PWD/root/opt/maas
at install
for c in "$BIN"/maas-*; do
	[ -x "$c" ] || continue
	name=${c##*/}
	for f in bin/$name share/man/man1/$name.1 share/bash-completion/completions/$name; do
		[ -s "$top/$f" ] || echo "$f is missing"
	done
	cmp "$c" "$top/bin/$name"
done
diff -r "$TOP/include/maas" "$top/include/maas"
"$top/bin/maas-train" --version | head -n 1
cat "$top"/lib/systemd/system/*.service | grep -c '^ExecStart=/opt/maas/bin/maas-serve -c /etc/maas/'
ls "$top/share/maas"; ls "$top/share/man"

# the archive, through pkg-config
PKG_CONFIG_PATH=$top/lib/pkgconfig
export PKG_CONFIG_PATH
pkg-config --modversion maas
san=$(sed -n 's/.* \(-fsanitize=[^ ]*\).*/\1/p' "$BIN/flags")
clients=$TOP/data/clients
# shellcheck disable=SC2046,SC2086 # words
"${CC:-cc}" -Wall -Wextra -Werror $san -o label "$clients/label.c" $(pkg-config --define-variable=prefix="$top" --cflags --libs maas) || exit 1
readelf -d label | grep -E 'microhttpd|sqlite|cairo' && echo "label wants libraries that it does not use"
maas-train logistic -q --tfidf -o topics.maas "$DATA/example/train.tsv"
cut -f 1 "$DATA/example/test.tsv" >texts
maas-classify predict -m topics.maas texts >said
./label topics.maas <texts | cmp - said && echo "the library says what maas-classify says"
./label nothing.maas <texts 2>&1; echo "exit $?"
maas-train linear -q --label width -o width.maas "$DATA/example/data.csv"
./label width.maas <texts 2>&1; echo "exit $?"

# the experiment finds its data beside it
cp -r "$top/share/maas" mine
make -n -C mine/experiments/first >said 2>&1 || cat said
grep -o '../../example/train.tsv$' said

touch "$top/bin/other" "$top/share/maas/example/notes"
at uninstall
(cd "$top" && find . -type f | sort; ls -d share/maas/* include/maas 2>/dev/null)
rm "$top/share/maas/example/notes"
at install; at uninstall
(cd "$top" && find . -type f; ls -d share/maas include/maas 2>/dev/null)
at uninstall && echo "twice is fine"

# a prefix with blanks, and what sed and the shell make something else of
odd=$PWD/"a b&c|d"
put() { make -s -C "$TOP" -o all B="$BIN" PREFIX="$odd" "$@" >said 2>&1 || { cat said; exit 1; }; }
put install
"$odd/bin/maas-train" --version | head -n 1
# what pkg-config prints is words of a shell
eval "${CC:-cc} -Werror $san -o odd-label '$clients/label.c' $(PKG_CONFIG_PATH=$odd/lib/pkgconfig pkg-config --cflags --libs maas)" || exit 1
./odd-label topics.maas <texts >said; ./label topics.maas <texts | cmp - said && echo "it links"
grep -h '^ExecStart=' "$odd"/lib/systemd/system/maas-serve.service | sed "s|$PWD||; s/ .*//"
line=$(sed -n 's/^41 3 \* \* \*  //p' "$odd/share/maas/cron/crontab")
sh -c "$line" 2>&1; echo "exit $?"
put uninstall; find "$odd" -type f
