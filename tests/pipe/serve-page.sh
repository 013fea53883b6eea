# The page, in a browser: sign in and register, models and their answers with reasons in colour, streams that stop,
# usage; wrong keys, quotas and a server that is gone told in words; texts that would be markup stay texts; nothing is
# asked of any other host.
. "$TOP/tests/serve.sh"
. "$TOP/tests/browser.sh"
command -v chromium >which && command -v chromedriver >which || { echo "chromium or chromedriver is missing"; exit 77; }
bad='<img src=x onerror=window.bad=1>'
maas-train logistic -q --tfidf --val-split 0.25 --description "Which desk a letter goes to. $bad" --license CC0-1.0 -o topics.maas "$DATA/example/train.tsv"
printf '链条坏了，需要修理。\t维修\n轮胎坏了。\t维修\n包裹还没有到。\t配送\n快递送错了地址。\t配送\n' >zh.tsv
maas-train logistic -q --analyzer char --ngrams 1-2 -o zh.maas zh.tsv
{
	echo "$bad,kind,note,label"
	echo '1,<b>red</b>,fine,<script>window.bad=1</script>'; echo "4,blue,broken,\"\"\">$bad\""
	echo '2,<b>red</b>,good,<script>window.bad=1</script>'; echo "5,blue,late,\"\"\">$bad\""
} >evil.csv
maas-train logistic -q --text note --label label -o evil.maas evil.csv
cut -d , -f 2-5 "$DATA/example/data.csv" >numbers.csv; maas-pca fit -q -n 2 -o pca.maas numbers.csv
maas-tokenize train -q -n 300 -o tok.json "$DATA/example/corpus.txt"
"$BIN/tool/make_gpt" tiny.maas tok.json context=8192 layers=4 embed=256
KEY=$(maas-serve key add test --state state --scope infer,metrics --rps 1000 --tokens-per-minute 100000)
NARROW=$(maas-serve key add narrow --state state --rps 0.01 --model topics)
CODE=$(maas-serve invite --state state --model topics)
export MAAS_REGISTRY="$PWD/reg"
maas-model register -q --label stable topics.maas topics; maas-model register -q --label canary zh.maas topics
for m in zh evil pca tiny; do maas-model register -q $m.maas $m; done
cp -r reg/topics/2 reg/topics/3; echo garbage >garbage; mv -f garbage reg/topics/3/model.maas
maas-serve --registry reg --state state --unix s --port 0 -j 2 2>log & server=$!
driver=; trap 'close_browser; kill "$server" 2>killed && wait "$server" 2>killed' EXIT
need() { await "$@" || exit 1; }
listening() { grep -qs http: log; }
need listening
url=$(sed -n 's/.*listening on \(http.*\)/\1/p' log)

echo '== files'
for path in / /page.css /page.js /page.svg; do
	curl -sS -o body -D head "$url$path"; tag=$(sed -n 's/^[Ee][Tt]ag: \(.*\)\r$/\1/p' head)
	echo "$path $(sed -n '1s/\r$//p' head) $(sed -n 's/^Content-Type: \(.*\)\r$/\1/p' head) $(curl -sS -o again -w '%{http_code} %{size_download}' -H "If-None-Match: $tag" "$url$path") $(curl -sSI -o again -w '%{http_code} %{size_download}' "$url$path")"
	grep -qs . body || echo "nothing in it"
	sed -n 's/\r$//; /^Content-Security\|^X-Content\|^Referrer\|^Cache\|^Cross/p' head | sort >rules; cmp -s rules first || { cat rules; cp rules first; }
done
ask -o body -w '%{http_code}\n' -X POST http://localhost/
cmp "$TOP/data/page/page.html" body2 2>/dev/null || curl -sS "$url/" | cmp - "$TOP/data/page/page.html"

browser
text() { js "return document.querySelector('$1').innerText"; }
shown() { is "[...document.querySelectorAll('$1')].some((e) => e.checkVisibility() && e.textContent)"; }
model() { act "location.hash = '#/models/' + encodeURIComponent('$1')"; need is "document.querySelector('#main .name')?.textContent === '$1'"; }
asked() { need is 'document.querySelector(".go").disabled === false && (document.querySelector(".try .trouble").textContent || !document.querySelector(".answer").hidden)'; }

echo '== a wrong key, a right one'
go "$url/"; need shown '#sign-in label'
enter '#key' 'maas_00000000_wrong'; click '#sign-in button'; need shown '#key-trouble'; text '#key-trouble'
enter '#key' '钥匙'; click '#sign-in button'; need is 'document.querySelector("#key-trouble").textContent.startsWith("That")'; text '#key-trouble'
js 'return sessionStorage.length'
enter '#key' "$KEY$(printf '\356\200\207')"; need shown '#main .name'; model topics  # and Return
js 'return [...document.querySelectorAll("#models a")].map((a) => a.innerText.replace("\n", ": ")).join("\n")'
text '#main .name'
js 'return [location.href.includes("maas_"), document.cookie, localStorage.length, sessionStorage.length].join()'
text '#main .versions tbody' | cut -f 1-3; text '#main .about'; text '#main .facts dl'

echo '== an answer, and why'
sentence='My chain is broken &amp; <b>worn</b>.'
enter '.fields textarea' "$sentence"; click .go; asked
jq -cn --arg t "$sentence" '{text: $t}' | post /v1/models/topics/explain @- >why
text .best; jq -r '"\(.label) \(.score * 1000 | round / 10) %"' why
js 'return [...document.querySelectorAll(".bars:not(.both) tr")].map((r) => r.innerText.replace(/\s+/g, " ")).join("\n")'
[ "$(text .painted)" = "$sentence" ] && echo "the text as it was sent"
js 'return [...document.querySelectorAll(".painted mark")].map((m) => m.className + " " + m.textContent).join("\n")'
jq -r '(.contributions | map(.contribution | fabs) | max) as $most | .contributions | sort_by(.start)[] | select((.contribution | fabs) > 0.02 * $most) |
	if .contribution < 0 then "against" else "for" end' why >signs
js 'return [...document.querySelectorAll(".painted mark")].map((m) => m.className).join("\n")' | cmp - signs && echo "signs: the same"
js 'const line = (c) => getComputedStyle(document.querySelector(".painted mark." + c)).borderBottomStyle; return line("for") + ", " + line("against")'
click '.pieces summary'; js 'return [...document.querySelectorAll(".pieces tr")].map((r) => r.innerText.replace(/\s+/g, " ")).join("\n")' | sed 's/[0-9][0-9.e-]*$/N/'
js 'return document.querySelector(".shell pre").textContent' | sed -n '$p' | sed "s|$url||"
click '.more summary'; act 'document.querySelector(".settings select").value = "2"'; click .go; need is 'document.querySelector(".best").textContent.match(/^(维修|配送)/)' && echo "version 2 answers"
js 'return [...document.querySelectorAll(".settings option")].map((o) => o.textContent).join(", ")'
js 'return document.querySelector(".shell pre").textContent' | sed -n '$p' | sed "s|$url||"
model zh; enter '.fields textarea' '😀链条坏了'; press "$(printf '\356\200\211')"; click .go; asked
text .best | cut -d ' ' -f 1
js 'return [...document.querySelectorAll(".painted mark.for")].map((m) => m.textContent).join("")'; text .painted

echo '== a row, by its columns; markup stays text'
model evil
js 'return [...document.querySelectorAll(".fields label")].map((l) => l.innerText + " " + l.control.tagName).join("\n")'
act 'document.querySelector(".fields select").value = "<b>red</b>"'; enter '.fields textarea' "<script>window.bad=1</script>$bad"
enter '.fields input' many; click .go; asked; text '.try .trouble'
enter '.fields input' 1; click .go; asked; text .best
js 'return [typeof window.bad, document.querySelectorAll("#main img, #main script, #main b").length].join()'
model pca; act 'document.querySelectorAll(".fields input").forEach((e, i) => e.value = i + 1)'; click .go; asked
js 'return [...document.querySelectorAll(".bars tr")].map((r) => r.firstChild.innerText).join("\n")'

echo '== a text that goes on, and one that is stopped'
model tiny; enter '.fields textarea' 'The bicycle'; click '.more summary'
act 'const [most, warmth] = document.querySelectorAll(".settings input"); most.value = 20; warmth.value = 0'
click .go; asked; need is 'document.querySelector(".status").textContent.startsWith("That")'; text .status
post /v1/completions '{"model":"tiny","prompt":"The bicycle","max_tokens":20,"temperature":0}' | jq -r '.choices[0].text' >cli
js 'return document.querySelector(".fresh").textContent' | cmp - cli && echo "streamed: the same"
act 'document.querySelector(".settings input").value = 8000'
click .go; need shown .stop; need shown .fresh; click .stop; need is 'document.querySelector(".status").textContent === "Stopped."'
idle() { metric_is 'maas_requests_running{model="tiny",version="1"}' 0 && metric_is 'maas_request_finished_total{model="tiny",reason="cancelled"}' 1; }
need idle; echo "stopped here and there"
js 'const n = document.querySelector(".fresh").textContent.length; return n > 0 && document.querySelector(".written").getAttribute("aria-busy") === "false"'
act 'const most = document.querySelector(".settings input"); most.value = 8192'; click .go
need shown '.try .trouble'; text '.try .trouble'

echo '== usage, a quota, a narrow window, the dark, other words'
click '#to-usage'; need shown '.used td'; text '.used tbody' | cut -f 2,3 | sort; js 'return document.querySelectorAll(".quota").length'
size 390 800; for hash in '#/usage' '#/models/topics' '#/list'; do
	act "location.hash = '$hash'"; need is "document.querySelector('#main h1, #models')"
	js 'return document.documentElement.scrollWidth <= innerWidth'
done
js 'return [...document.querySelectorAll("input, textarea, select")].every((e) => e.labels.length === 1) && [...document.querySelectorAll("button, a")].every((e) => e.textContent.trim())'
size 1280 900
light=$(js 'return getComputedStyle(document.documentElement).backgroundColor')
cdp Emulation.setEmulatedMedia '{"features":[{"name":"prefers-color-scheme","value":"dark"}]}'
[ "$(js 'return getComputedStyle(document.documentElement).backgroundColor')" != "$light" ] && echo dark
click '#sign-out'; need shown '#sign-in label'; js 'return [sessionStorage.length, location.hash].join()'
enter '#key' "$NARROW"; click '#sign-in button'; need shown '#main .trouble, #key-trouble'
js 'return document.querySelector("#main .trouble").innerText' | sed 's/again.*/again .../'
click '#sign-out'

echo '== an invite'
click '#to-register'; need shown '#terms'; ask http://localhost/v1/terms | jq -r .terms >terms; js 'return document.querySelector("#terms").textContent' | cmp - terms && echo "its terms"
enter '#invite' wrong; enter '#name' Ada; click '#accept'; click '#register button'; need shown '#register-trouble'; text '#register-trouble'
enter '#invite' "$CODE"; click '#register button'; need is 'document.querySelector("#new-key").value'
new=$(js 'return document.querySelector("#new-key").value'); maas-serve key list --state state | grep "${new%_*}" >none; id=${new#maas_}; id=${id%%_*}
maas-serve key list --state state | grep "^$id" | cut -f 2-5
click '#go-on'; need shown '#main .name'; js 'return document.querySelectorAll("#models a").length'
go "$url/"; need shown '#main .name' && echo "still signed in after a reload"
maas-serve key revoke "$id" --state state; gone() { [ "$(curl -sS -o again -w '%{http_code}' -H "Authorization: Bearer $new" "$url/v1/models")" = 401 ]; }
need gone; act 'location.hash = "#/usage"'; need shown '#key-trouble'; text '#key-trouble'

echo '== in Chinese'
cdp Network.setUserAgentOverride '{"userAgent":"x","acceptLanguage":"zh-CN"}'
go "$url/"; need shown '#sign-in label'; text '#entry h1'; js 'return document.documentElement.lang'
cdp Network.setUserAgentOverride '{"userAgent":"x","acceptLanguage":"en"}'

echo '== a server that goes'
go "$url/"; enter '#key' "$KEY"; click '#sign-in button'; need shown '#main .name'
kill "$server"; wait "$server"; echo "server: $?"
enter '.fields textarea' x; click .go; need shown '.try .trouble'; text '.try .trouble'

# what the browser had to say, but for answers that were asked for; which hosts it went to
logged browser | jq -r '.[] | select(.source != "network" or (.message | test("status of 4(00|01|03|29)|ERR_CONNECTION") | not)) | .message'
logged performance | jq -r '.[].message | fromjson.message | select(.method == "Network.requestWillBeSent") | .params.request.url' >asked
[ -s asked ] && { grep -vE "^($url/|chrome:|data:)" asked; grep -c maas_ asked; }
sed -n "s|^$url/|/|p" asked | grep -v ^/v1 | sort -u | tr '\n' ' '; maas-serve audit --state state | cut -f 3 | sed 1d | sort -u | tr '\n' ' '; echo
close_browser
maas-serve -q -m topics.maas --state state --unix s --no-page & server=$!
up() { curl -s --unix-socket s http://localhost/healthz >healthy; }; need up
for path in / /page.js; do curl -sS --unix-socket s -o again -w '%{http_code} ' "http://localhost$path"; ask -o again -w '%{http_code}\n' "http://localhost$path"; done
ask http://localhost/openapi.json | jq '[.paths | keys[] | select(test("page|^/$"))] | length'
end
