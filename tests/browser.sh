# browser.sh -- sourced by tests of the page: Chromium, driven by chromedriver over loopback (W3C WebDriver, by curl and jq).
#	browser		starts both, without a window; ends the test with 77 where they are missing
#	go URL		loads a page
#	js SCRIPT	runs the body of a function; prints what it returns.  act SCRIPT: prints nothing
#	is SCRIPT	does the expression hold?  For await
#	click CSS, enter CSS TEXT, press KEY
#	shot FILE	a picture of what is seen; size WIDTH HEIGHT of the window; cdp COMMAND PARAMETERS: of the DevTools
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
# wd METHOD PATH [BODY]: a command of the protocol; its reply is in wd.json, or what went wrong is said
wd() {
	if [ "$1" = POST ]; then set -- "$1" "$2" -d "$3"; fi
	method=$1; path=$2; shift 2
	code=$(curl -sS --max-time 60 -X "$method" -o wd.json -w '%{http_code}' "$@" "$session$path")
	[ "$code" = 200 ] || { jq -r '"\(.value.error): \(.value.message)"' wd.json | head -n 1; return 1; }
}
# (jq takes its time to start: it is kept for what needs it)
quoted() { printf '%s\n' "$1" | sed 's/\\/\\\\/g; s/"/\\"/g; s/	/\\t/g; 1s/^/"/; $s/$/"/; $!s/$/\\n/' | tr -d '\n'; }
run_js() { wd POST /execute/sync "{\"script\":$(quoted "$1"),\"args\":[]}"; }
go() { wd POST /url "{\"url\":$(quoted "$1")}"; }
js() { run_js "$1" && jq -r .value wd.json; }
act() { run_js "$1"; }
is() { run_js "return Boolean($1)" >wrong && grep -q '{"value":true}' wd.json; }
find_element() { wd POST /element "{\"using\":\"css selector\",\"value\":$(quoted "$1")}" && element=$(sed 's/.*":"\([^"]*\)"}}$/\1/' wd.json); }
click() { find_element "$1" && wd POST "/element/$element/click" '{}' || echo "click $1"; }
enter() {
	find_element "$1" && wd POST "/element/$element/clear" '{}' &&
		wd POST "/element/$element/value" "{\"text\":$(quoted "$2")}" || echo "enter $1"
}
press() { wd POST /actions "{\"actions\":[{\"type\":\"key\",\"id\":\"k\",\"actions\":[{\"type\":\"keyDown\",\"value\":$(quoted "$1")},{\"type\":\"keyUp\",\"value\":$(quoted "$1")}]}]}"; }
cdp() { wd POST /goog/cdp/execute "{\"cmd\":\"$1\",\"params\":$2}"; }
size() { wd POST /window/rect "{\"width\":$1,\"height\":$2}"; }
shot() { wd GET /screenshot && jq -r .value wd.json | base64 -d >"$1"; }
logged() { wd POST /se/log "{\"type\":\"$1\"}" && jq -c .value wd.json; }
