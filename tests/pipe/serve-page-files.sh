# The page with models of pictures and sounds: a file is shown, sent as it is, and what each place adds is painted.
. "$TOP/tests/serve.sh"
. "$TOP/tests/browser.sh"
command -v chromium >which && command -v chromedriver >which || { echo "chromium or chromedriver is missing"; exit 77; }
P=$DATA/media
mkdir -p set/dark set/light sounds
cp "$P/gray.png" "$P/turned.png" "$P/colour.png" set/dark; cp "$P/alpha.png" "$P/palette.png" "$P/ramp.jpg" set/light
cp "$P/eight.wav" sounds/low_1.wav; cp "$P/tone.flac" sounds/tone_1.flac; cp "$P/stereo.wav" sounds/low_2.wav; cp "$P/tone.ogg" sounds/tone_2.ogg
maas-train logistic -q --size 4x5 -o pictures.maas set 2>err || { grep -q 'built without' err && echo 'built without libpng' && exit 77; cat err; }
maas-train logistic -q --label-from '^([a-z]+)_' --seconds 0.1 --mels 8 -o sounds.maas sounds 2>err ||
	{ grep -q 'built without' err && echo 'built without libsndfile' && exit 77; cat err; }
KEY=$(maas-serve key add test --state state)
maas-serve -m pictures.maas -m sounds.maas --state state --port 0 2>log & server=$!
driver=; trap 'close_browser; kill "$server" 2>killed && wait "$server" 2>killed' EXIT
need() { await "$@" || exit 1; }
listening() { grep -qs http: log; }
need listening
url=$(sed -n 's/.*listening on \(http.*\)/\1/p' log)
browser
for m in pictures sounds; do
	curl -sS -H "Authorization: Bearer $KEY" "$url/v1/models/$m" | jq -c .inputs
done
go "$url/"; enter '#key' "$KEY"; click '#sign-in button'; need is 'document.querySelector(".name")?.textContent === "pictures"'
# try FILE: what the page says of it
try() {
	find_element '.fields input' && wd POST "/element/$element/value" "{\"text\":$(quoted "$1")}"
	need is 'document.querySelector(".preview").readyState > 0 || document.querySelector(".preview").naturalWidth > 0'
	click .go; need is '!document.querySelector(".answer").hidden && !document.querySelector(".go").disabled'
	js 'const c = document.querySelector(".surface"); return document.querySelector(".best bdi").innerText + " " + document.querySelector(".preview").tagName + " " + c.width + "x" + c.height'
	js 'return document.querySelector(".shell pre").textContent' | grep binary
	js 'const c = document.querySelector(".surface"); return [...c.getContext("2d").getImageData(0, 0, c.width, c.height).data].some((v) => v)'
}
try "$PWD/set/dark/gray.png"
maas-classify predict -m pictures.maas set/dark/gray.png | cut -f 1
act 'location.hash = "#/models/sounds"'; need is 'document.querySelector(".name")?.textContent === "sounds"'
try "$PWD/sounds/tone_1.flac"
maas-classify predict -m sounds.maas sounds/tone_1.flac | cut -f 1
printf 'no sound' >no.wav
find_element '.fields input' && wd POST "/element/$element/value" "{\"text\":$(quoted "$PWD/no.wav")}"
click .go; need is 'document.querySelector(".try .trouble").textContent'; js 'return document.querySelector(".try .trouble").textContent'
logged browser | jq -r '.[] | select(.message | test("status of 400") | not) | .message'
