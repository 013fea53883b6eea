# Requests as they must not be, byte by byte: one refusal and an end, never an answer to what was hidden in them.
# An answer is its status and what its body is (j JSON, - the library's own HTML); see tests/tool/speak.c.  A length that
# the library cannot read it answers itself, with its head twice: that is the "?".
. "$TOP/tests/serve.sh"
maas-tokenize train -q -n 300 -o tok.json "$DATA/example/corpus.txt"
"$BIN/tool/make_gpt" m.maas tok.json
serve -m m.maas --body-max 64k
E='\r\n\r\n' H='\r\nHost: x'
# what would be answered 404 if it were taken for a request of its own
next="GET /next HTTP/1.1$H\r\nAuthorization: Bearer $KEY\r\nConnection: close$E"
post="POST /tokenize HTTP/1.1$H\r\nAuthorization: Bearer $KEY"
body='{"content":"hidden"}' # 20 bytes
# what was not read when the end came may reset the connection
say() { what=$1; shift; printf '%s: ' "$what"; speak "$@" s | sed 's/reset$/closed/'; }
# raw NAME FORMAT: printf's FORMAT, and another request behind it
raw() { printf "$2$next" >bytes; say "$1" <bytes; }
# head NAME LINE: a request with this line in its head
head() { raw "$1" "GET /healthz HTTP/1.1$H\r\n$2$E"; }
# long NAME BYTES FORMAT: %s of the FORMAT is so many bytes
long() { printf "$3$next" "$(command head -c "$2" /dev/zero | tr '\0' a)" >bytes; say "$1" <bytes; }
PATH=$BIN/tool:$PATH

echo "# as it must be"
raw "two" "GET /healthz HTTP/1.1$H$E"
raw "three" "GET /healthz HTTP/1.1$H${E}GET /livez HTTP/1.1$H$E"
raw "a body" "$post\r\nContent-Length: 20$E$body"
raw "an empty line before" "\r\nGET /healthz HTTP/1.1$H$E"
head "no space behind a colon" 'X:y'
head "spaces and a tab around a value" 'X: \t  y \t'
head "an empty value" 'X:'
head "bytes that are no ASCII" 'X: \303\244'
raw "1.0" 'GET /healthz HTTP/1.0\r\n\r\n'
raw "the whole, slowly" "$post\r\nContent-Length: 20$E$body"; say "byte by byte" -s <bytes
echo "# chunks: an answer, and an end: where the library is lenient, nothing can be hidden behind them"
chunked="$post\r\nTransfer-Encoding: chunked$E"
raw "chunks" "${chunked}a\r\n{\"content\"\r\n00A\r\n:\"hidden\"}\r\n0$E"; say "byte by byte" -s <bytes
raw "an extension" "${chunked}14;a=\"b\"\r\n$body\r\n0;x$E"
raw "trailers" "${chunked}14\r\n$body\r\n0\r\nX: y\r\nContent-Length: 99$E"
raw "no hexadecimal" "${chunked}g\r\n$body\r\n0$E"
raw "0x" "${chunked}0x14\r\n$body\r\n0$E"
raw "a sign" "${chunked}+14\r\n$body\r\n0$E"
raw "less than nothing" "${chunked}-14\r\n$body\r\n0$E"
raw "a space" "${chunked} 14\r\n$body\r\n0$E"
raw "no size" "${chunked}\r\n$body\r\n0$E"
raw "longer than its size" "${chunked}13\r\n$body\r\n0$E"
raw "shorter than its size" "${chunked}15\r\n$body\r\n0$E"
raw "beyond 64 bits" "${chunked}10000000000000014\r\n$body\r\n0$E"
raw "bare LF" "${chunked}14\n$body\n0\n\n"
raw "an end in an extension" "${chunked}14;\n$body\r\n0$E"
raw "chunked, and 1.0" "POST /tokenize HTTP/1.0$H\r\nAuthorization: Bearer $KEY\r\nTransfer-Encoding: chunked${E}14\r\n$body\r\n0$E"
echo "# how long is the body?"
raw "two lengths" "$post\r\nContent-Length: 20\r\nContent-Length: 0$E$body"
raw "two lengths, the other way" "$post\r\nContent-Length: 0\r\nContent-Length: 20$E$body"
raw "the same length twice" "$post\r\nContent-Length: 20\r\nContent-Length: 20$E$body"
raw "a length and chunks" "$post\r\nContent-Length: 5\r\nTransfer-Encoding: chunked${E}0$E"
raw "chunks and a length" "$post\r\nTransfer-Encoding: chunked\r\nContent-Length: 5${E}0$E"
for length in -1 +20 '20, 20' '20 20' 0x14 '' 20. 2e1 18446744073709551636 99999999999999999999 '\t20a'; do
	raw "length '$length'" "$post\r\nContent-Length: $length$E$body"
done
raw "a space before the colon" "$post\r\nContent-Length : 20$E$body"
raw "a tab before the colon" "$post\r\nContent-Length\t: 20$E$body"
raw "lower case" "$post\r\ncontent-length: 20\r\nCONTENT-LENGTH: 0$E$body"
for coding in xchunked 'chunked, identity' 'identity, chunked' identity gzip '' 'chunked;x' '"chunked"' '\013chunked' 'chunked\014'; do
	raw "coding '$coding'" "$post\r\nTransfer-Encoding: $coding${E}14\r\n$body\r\n0$E"
done
raw "two codings" "$post\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: identity${E}0$E"
raw "a coding's colon" "$post\r\nTransfer-Encoding : chunked${E}0$E"
raw "a folded coding" "$post\r\nTransfer-Encoding:\r\n chunked${E}0$E"
raw "a coding in an underscore" "$post\r\nTransfer_Encoding: chunked\r\nContent-Length: 20$E$body"
echo "# whom is it for?"
raw "no Host" "GET /healthz HTTP/1.1$E"
head "two Hosts" 'Host: y'
head "two Hosts, of other cases" 'hOST: x'
echo "# lines"
raw "bare LF" "GET /healthz HTTP/1.1\nHost: x\n\n"
raw "bare LF behind the first line" "GET /healthz HTTP/1.1\nHost: x$E"
head "bare LF behind a header" 'X: y\nZ: z'
raw "bare LF at the end" "GET /healthz HTTP/1.1$H\r\n\n"
raw "bare LF, and a space too many" "GET /healthz HTTP/1.1$H\nX:  y$E"
head "bare CR" 'X: y\rZ: z'
head "CR CR LF" 'X: y\r'
head "folded" 'X: y\r\n z'
head "folded by a tab" 'X: y\r\n\tz'
head "folded to nothing" 'X: y\r\n '
raw "folded, the first" "GET /healthz HTTP/1.1\r\n Host: x$E"
head "NUL in a value" 'X: a\000b'
head "NUL at its end" 'X: a\000'
head "NUL in a name" 'X\000Y: a'
head "a control character" 'X: a\001b'
head "DEL" 'X: a\177b'
head "no colon" 'nonsense'
head "no name" ': y'
head "a space in a name" 'X Y: z'
head "a name that is no ASCII" 'X\303\244: z'
echo "# the first line"
raw "NUL in the target" "GET /healthz\000x HTTP/1.1$H$E"
raw "%00" "GET /healthz%%00 HTTP/1.1$H$E"
raw "two spaces" "GET  /healthz HTTP/1.1$H$E"
raw "two spaces, later" "GET /healthz  HTTP/1.1$H$E"
raw "a space behind" "GET /healthz HTTP/1.1 $H$E"
raw "a tab" "GET\t/healthz HTTP/1.1$H$E"
raw "a space in the target" "GET /heal thz HTTP/1.1$H$E"
raw "a space before" " GET /healthz HTTP/1.1$H$E"
raw "no target" "GET HTTP/1.1$H$E"
raw "no version" "GET /healthz$E"
raw "another host's" "GET http://y/healthz HTTP/1.1$H$E"
raw "no slash" "GET healthz HTTP/1.1$H$E"
raw "a byte above" "GET /\377 HTTP/1.1$H$E"
raw "a tunnel" "CONNECT x:80 HTTP/1.1$H$E"
raw "a trace" "TRACE / HTTP/1.1$H$E"
raw "brew" "BREW /pot HTTP/1.1$H$E"
raw "get" "get /healthz HTTP/1.1$H$E"
for version in HTTP/1.2 HTTP/1.10 HTTP/01.1 HTTP/2.0 http/1.1 HTTP/1,1 HTTP/1.1x HTTP/-1.1 HTTP; do
	raw "$version" "GET /healthz $version$H$E"
done
raw "HTTP/2's first words" "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
raw "TLS's first words" '\026\003\001\002\000\001\000\001\374\003\003\r\n\r\n'
raw "nothing but lines" '\r\n\r\n\r\n\r\n\r\n'
echo "# too much"
long "a target of 4,000 bytes" 4000 "GET /%s HTTP/1.1$H$E"
long "5,000" 5000 "GET /%s HTTP/1.1$H$E"
long "60,000" 60000 "GET /%s HTTP/1.1$H$E"
long "a header of 16,000" 16000 "GET /healthz HTTP/1.1$H\r\nX: %s$E"; say "byte by byte" -s <bytes
long "17,000" 17000 "GET /healthz HTTP/1.1$H\r\nX: %s$E"
long "100,000" 100000 "GET /healthz HTTP/1.1$H\r\nX: %s$E"
long "a name of 17,000" 17000 "GET /healthz HTTP/1.1$H\r\n%s: x$E"
raw "64 headers" "GET /healthz HTTP/1.1$H$(seq -f '\r\nX-%g: y' -s '' 63)$E"
raw "65 headers" "GET /healthz HTTP/1.1$H$(seq -f '\r\nX-%g: y' -s '' 64)$E"
raw "3,000 headers" "GET /healthz HTTP/1.1$H$(seq -f '\r\nX-%g: y' -s '' 3000)$E"
long "a body of 70,000" 70000 "$post\r\nContent-Length: 70000$E%s"
long "a body of 70,000 in a chunk" 70000 "${chunked}11170\r\n%s\r\n0$E"
long "a body of 300,000 in a chunk" 300000 "${chunked}493e0\r\n%s\r\n0$E"
raw "a body that is announced" "$post\r\nContent-Length: 9000000000$E"
echo "# may it send its body?"
raw "it may" "$post\r\nExpect: 100-continue\r\nContent-Length: 20$E$body"
raw "it may not" "POST /tokenize HTTP/1.1$H\r\nExpect: 100-continue\r\nContent-Length: 20$E$body"
raw "it expects too much" "$post\r\nExpect: 100-continue\r\nContent-Length: 9000000$E$body"
raw "who has no key" "POST /tokenize HTTP/1.1$H\r\nContent-Length: 20$E$body"
raw "a body to GET" "GET /healthz HTTP/1.1$H\r\nContent-Length: 20$E$body"
echo "# in the clear, and closed"
raw "why" "$post\r\nContent-Length: 20\r\nContent-Length: 0$E$body"; speak -o answer s <bytes; tr -d '\r' <answer | sed '/^X-Request-Id/d; /^Date/d'; echo
end
