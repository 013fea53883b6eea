# The page tells of a word that is tagged why, when it is chosen: which other words speak for its tag.
. "$TOP/tests/serve.sh"
. "$TOP/tests/browser.sh"
command -v chromium >which && command -v chromedriver >which || { echo "chromium or chromedriver is missing"; exit 77; }
awk 'BEGIN { for (i = 0; i < 240; i++) print i % 7 "a\tO\n" i % 5 "b\t" (i % 2 ? "B-X\nend" : "O\nstop") "\tO\n" }' >t.conll
maas-train lstm -q --embed 24 --hidden 24 --lr 0.005 --task tag --bidirectional --schedule constant --epochs 4 -o t.maas t.conll
KEY=$(maas-serve key add test --state state --scope infer --rps 1000)
maas-serve -m t.maas --state state --unix s --port 0 2>log & server=$!
driver=; trap 'close_browser; kill "$server" 2>killed && wait "$server" 2>killed' EXIT
await grep -qs http: log || exit 1
url=$(sed -n 's/.*listening on \(http.*\)/\1/p' log)
browser
go "$url/"
enter '#key' "$KEY$(printf '\356\200\207')"
await is 'document.querySelector("#models a")' && click '#models a'
await is 'document.querySelector(".fields textarea")' && enter '.fields textarea' '5a 0b end 2a 1b end'
click .go
await is 'document.querySelector(".tagged button")'
js 'return document.querySelector(".tagged").textContent'
js 'return document.querySelectorAll(".reasons *").length'
click '.tagged button'
js 'return [document.querySelector(".tagged button").getAttribute("aria-pressed"), document.querySelector(".reasons mark.for").textContent, document.querySelector(".reasons .painted").textContent].join(" | ")'
logged browser
