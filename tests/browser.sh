# browser.sh -- sourced by tests of the page: Chromium, driven by chromedriver over loopback (W3C WebDriver, by curl and jq).
#	browser		starts both, without a window; ends the test with 77 where they are missing
#	go URL		loads a page
#	js SCRIPT	runs the body of a function; prints what it returns
#	is SCRIPT	does the expression hold?  For await
#	click CSS, enter CSS TEXT, press KEY
#	shot FILE	a picture of the whole page; size WIDTH HEIGHT of the window
#	logged KIND	the browser's log since it was asked last: browser, performance
#	close_browser	ends both

browser() {
	for program in chromium chromedriver; do
		command -v $program >/dev/null || { echo "no $program here"; exit 77; }
	done
	mkdir -p profile
	: >driver.log
	HOME=$PWD/profile chromedriver --port=0 --log-level=SEVERE >driver.log 2>&1 & driver=$!
	tries=0
	until port=$(sed -n 's/.*started successfully on port \([0-9]*\).*/\1/p' driver.log) && [ -n "$port" ]; do
		[ $tries -lt 200 ] && kill -0 $driver || { echo "chromedriver does not start"; cat driver.log; exit 77; }
		sleep 0.05; tries=$((tries+1))
	done
	session=http://127.0.0.1:$port/session
	# no name is looked up: what is not on this machine cannot be reached, and asking for it is in the log
	jq -n --arg profile "$PWD/profile" --args '{capabilities: {alwaysMatch: {
		"goog:loggingPrefs": {browser: "ALL", performance: "ALL"}, unhandledPromptBehavior: "ignore",
		"goog:chromeOptions": {args: (["headless=new", "no-sandbox", "disable-gpu", "disable-dev-shm-usage", "no-first-run",
			"disable-background-networking", "disable-component-update", "disable-sync", "no-default-browser-check",
			"hide-scrollbars", "force-device-scale-factor=1", "window-size=1280,900", "user-data-dir=" + $profile,
			"host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE 127.0.0.1"] + $ARGS.positional)}}}}' -- "$@" >capabilities
	id=$(curl -sS --max-time 60 "$session" -d @capabilities | jq -r .value.sessionId)
	[ "$id" != null ] || { echo "chromium does not start"; cat driver.log; exit 77; }
	session=$session/$id
}
close_browser() { [ -z "$driver" ] || { wd DELETE '' >closed; kill "$driver"; wait "$driver" 2>closed; driver=; }; }
# wd METHOD PATH [BODY]: a command of the protocol; prints its value, or what went wrong and fails
wd() {
	if [ "$1" = POST ]; then set -- "$1" "$2" -d "$3"; fi
	method=$1; path=$2; shift 2
	code=$(curl -sS --max-time 60 -X "$method" -o wd.json -w '%{http_code}' "$@" "$session$path")
	if [ "$code" = 200 ]; then jq -c .value wd.json; else jq -r '"\(.value.error): \(.value.message)"' wd.json | head -n 1; return 1; fi
}
json() { jq -cn --arg a "$1" '$a'; }
go() { wd POST /url "{\"url\":$(json "$1")}" >went || cat went; }
js() { wd POST /execute/sync "{\"script\":$(json "$1"),\"args\":[]}" | jq -r .; }
is() { [ "$(js "return Boolean($1)")" = true ]; }
find_element() { wd POST /element "{\"using\":\"css selector\",\"value\":$(json "$1")}" | jq -r '.[]? // .'; }
click() { e=$(find_element "$1"); wd POST "/element/$e/click" '{}' >clicked || { echo "click $1"; cat clicked; }; }
enter() {
	e=$(find_element "$1"); wd POST "/element/$e/clear" '{}' >cleared
	wd POST "/element/$e/value" "{\"text\":$(json "$2")}" >typed || { echo "enter $1"; cat typed; }
}
press() { wd POST /actions "{\"actions\":[{\"type\":\"key\",\"id\":\"k\",\"actions\":[{\"type\":\"keyDown\",\"value\":$(json "$1")},{\"type\":\"keyUp\",\"value\":$(json "$1")}]}]}" >pressed; }
size() { wd POST /window/rect "{\"width\":$1,\"height\":$2}" >sized; }
shot() { wd GET /screenshot | jq -r . | base64 -d >"$1"; }
logged() { wd POST /se/log "{\"type\":\"$1\"}"; }
