// page.js -- the page of maas-serve: sign in, the models of a key, a try at each, what the key has used.
import { get, isKey, keep, post, quota, signedIn } from "./page-talk.js";
import { brief, put } from "./page-why.js";
import { say, translate } from "./page-words.js";
import { tryModel } from "./page-try.js";

const $ = (id) => document.getElementById(id);
const wide = matchMedia("(min-width: 50.01rem)");
let models = [];
let leave = () => {}; // ends what the view shown has running
let turn = 0; // of views: what comes late for an earlier one is dropped

// A copy of a template, in the reader's language.
function view(id) {
	const part = $(id).content.cloneNode(true);
	translate(part);
	return part;
}

// What a model does, in a line.
function lede(m) {
	const { task, classes, context } = m.card;

	if (task === "generate")
		return context ? say("Continues texts · {n} tokens of context", { n: context }) : say("Continues texts");
	if (classes && classes.length)
		return say("Tells {n} labels apart", { n: classes.length });
	if (task === "transform")
		return say("Turns rows into components");
	return task ? say("Predicts a number") : say("No version of it is in memory");
}

// One model

function fact(list, name, ...value) {
	if (value.length && value[0] !== undefined && value[0] !== null && value[0] !== "")
		list.append(put("dt", "", name), put("dd", "", ...value));
}

// "f1_macro" to "F1 macro"
const spaced = (name) => name.charAt(0).toUpperCase() + name.slice(1).replace(/_/g, " ");

function counted({ rows, tokens }) {
	if (rows !== undefined)
		return say("{n} rows", { n: rows.toLocaleString() });
	return tokens === undefined ? "" : say("{n} tokens", { n: tokens.toLocaleString() });
}

function facts(list, m) {
	const { classes, license, data, quality, baseline, vocabulary } = m.card;

	for (const [name, value] of Object.entries(quality || {})) {
		const base = baseline ? baseline[name] : undefined;
		if (!["rows", "tokens", "folds"].includes(name) && typeof value === "number")
			fact(list, spaced(name), brief(value),
				typeof base === "number" ? put("span", "soft", say("{x} without a model", { x: brief(base) })) : null);
	}
	if (quality && (quality.rows || quality.tokens))
		fact(list, say("Measured on"), counted(quality));
	for (const d of data || [])
		fact(list, say("Learnt from"), counted(d), d.sha256 ? put("span", "digest soft", d.sha256.slice(0, 12)) : null);
	if (classes && classes.length) {
		const shown = classes.slice(0, 30).map((c) => put("span", "tag", c));
		fact(list, say("Labels"), put("span", "", ...shown,
			classes.length > 30 ? say("and {n} more", { n: classes.length - 30 }) : null));
	}
	fact(list, say("Licence"), license);
	fact(list, say("Kind"), m.kind);
	fact(list, say("Vocabulary"), vocabulary ? say("{n} tokens", { n: vocabulary.toLocaleString() }) : null);
}

const states = { ready: "ready", unloaded: "not in memory", failed: "cannot be loaded" };

function versions(body, m) {
	for (const v of m.versions) {
		const state = put("span", `state ${v.state in states ? v.state : ""}`, say(states[v.state] || v.state));
		const digest = put("td", "digest", v.sha256 ? v.sha256.slice(0, 12) : "–");
		if (v.sha256)
			digest.title = v.sha256;
		body.append(put("tr", "", put("td", "", v.version), put("td", "", state),
			put("td", "", ...(v.labels.length ? v.labels.map((l) => put("span", "tag", l)) : ["–"])), digest));
	}
}

async function showModel(name, mine) {
	const m = await get(`v1/models/${encodeURIComponent(name)}`);
	const part = view("model-view");
	const find = (what) => part.querySelector(what);

	if (mine !== turn)
		return;
	m.card = m.card || {};
	m.versions = m.versions || [];
	document.title = `${m.id} · maas`;
	find(".name").textContent = m.id;
	find(".lede").textContent = lede(m);
	find(".about").textContent = m.card.description || "";
	facts(find("dl"), m);
	find(".facts").hidden = !find("dl").children.length;
	versions(find(".versions tbody"), m);
	if (m.versions.some((v) => v.state === "ready"))
		leave = tryModel(find(".try"), m);
	else
		find(".try").hidden = true;
	$("main").replaceChildren(part);
}

// Usage

function quotas(to) {
	const names = { requests: "Requests", tokens: "Tokens a minute" };

	for (const [what, q] of Object.entries(quota)) {
		const bar = put("i");
		bar.style.width = `${100 * Math.min(Math.max(q.left / q.limit, 0), 1)}%`;
		const track = put("div", "track", bar);
		track.setAttribute("aria-hidden", "true");
		to.append(put("div", "quota", put("span", "", put("span", "", say(names[what])),
			put("span", "soft", say("{left} of {limit} left", { left: q.left.toLocaleString(), limit: q.limit.toLocaleString() }))),
		track));
	}
	if (!to.children.length)
		to.append(put("p", "", say("This key has no quota.")));
}

async function showUsage(mine) {
	const { data } = await get("v1/usage");
	const part = view("usage-view");
	const find = (what) => part.querySelector(what);
	const columns = ["requests", "tokens_in", "tokens_out", "amount"];
	const priced = data.some((d) => d.amount > 0);
	const total = { requests: 0, tokens_in: 0, tokens_out: 0, amount: 0 };
	const shown = (d) => columns.filter((c) => c !== "amount" || priced)
		.map((c) => put("td", "n", c === "amount" ? d[c].toFixed(2) : d[c].toLocaleString()));

	if (mine !== turn)
		return;
	document.title = `${say("Usage")} · maas`;
	quotas(find(".quotas div"));
	find(".amount").hidden = !priced;
	for (const d of [...data].reverse()) {
		for (const c of columns)
			total[c] += d[c];
		find("tbody").append(put("tr", "", put("td", "", d.day), put("td", "", d.model), ...shown(d)));
	}
	const head = put("th", "", say("Total"));
	head.scope = "row";
	head.colSpan = 2;
	find("tfoot").append(put("tr", "", head, ...shown(total)));
	find(".nothing").hidden = data.length > 0;
	find(".used").hidden = !data.length;
	$("main").replaceChildren(part);
}

const modelAddress = (m) => `#/models/${encodeURIComponent(m.id)}`;

// Which view the address says: #/models/NAME, #/usage, #/list; else the first model where there is room beside the list.
function addressed() {
	const [, first, name] = location.hash.split("/");

	if (first === "usage")
		return { view: "usage" };
	if (first === "models" && name) {
		try {
			return { view: "model", name: decodeURIComponent(name) };
		} catch {
			return { view: "list" };
		}
	}
	if (!wide.matches || !models.length)
		return { view: "list" };
	history.replaceState(null, "", modelAddress(models[0]));
	return { view: "model", name: models[0].id };
}

function list(name) {
	$("models").replaceChildren(...models.map((m) => {
		const a = put("a", "", m.id, put("span", "", lede(m)));
		a.href = modelAddress(m);
		if (m.id === name)
			a.setAttribute("aria-current", "page");
		return put("li", "", a);
	}));
	if (!models.length)
		$("models").append(put("li", "hint", say("This key has no model.")));
}

async function show(moved) {
	const to = addressed();
	const mine = ++turn;

	leave();
	leave = () => {};
	$("home").dataset.view = to.view;
	list(to.name);
	for (const [id, on] of [["to-models", to.view !== "usage"], ["to-usage", to.view === "usage"]])
		if (on)
			$(id).setAttribute("aria-current", "page");
		else
			$(id).removeAttribute("aria-current");
	document.title = "maas";
	try {
		if (to.view === "model")
			await showModel(to.name, mine);
		else if (to.view === "usage")
			await showUsage(mine);
		else
			$("main").replaceChildren();
	} catch (e) {
		if (mine === turn)
			complain(e);
	}
	if (moved && mine === turn) {
		scrollTo(0, 0);
		$("main").focus({ preventScroll: true });
	}
}

// A view that cannot be shown; a key that is no good any more leads back to the door.
function complain(e) {
	if (e.status === 401)
		return signOut(e.message);
	const p = put("p", "trouble", e.message);
	p.setAttribute("role", "alert");
	$("main").replaceChildren(p);
}

// The door

function door(section, trouble = "") {
	$("bar").hidden = $("home").hidden = true;
	$("door").hidden = false;
	for (const id of ["entry", "invited", "made"])
		$(id).hidden = id !== section;
	$("key-trouble").textContent = trouble;
	document.title = "maas";
}

function signOut(trouble) {
	turn++;
	leave();
	leave = () => {};
	keep(null);
	models = [];
	$("main").replaceChildren();
	$("models").replaceChildren();
	$("key").value = "";
	history.replaceState(null, "", location.pathname);
	door("entry", trouble);
	$("key").focus();
}

// Come in with the key that is kept, if the server takes it; else Trouble.
async function enter() {
	models = (await get("v1/models")).data;
	$("door").hidden = true;
	$("bar").hidden = $("home").hidden = false;
	await show(true);
}

// A form's button is off while it runs, and what goes wrong stands beside it.
function onSubmit(form, trouble, run) {
	form.addEventListener("submit", async (event) => {
		event.preventDefault();
		const button = form.querySelector("[type=submit]");
		button.disabled = true;
		trouble.textContent = "";
		try {
			await run();
		} catch (e) {
			trouble.textContent = e.message;
		}
		button.disabled = false;
	});
}

async function enterWith(key) {
	if (!isKey(key))
		throw new Error(say("That is no key: a key begins with maas_."));
	keep(key);
	try {
		await enter();
	} catch (e) {
		keep(null);
		$("key").select();
		throw e;
	}
	$("key").value = "";
}

async function showInvited() {
	let terms = "";

	door("invited");
	$("invited-title").focus();
	try {
		terms = (await get("v1/terms")).terms;
	} catch (e) {
		$("register-trouble").textContent = e.message;
	}
	$("terms").textContent = terms;
	$("terms-part").hidden = $("accept-part").hidden = !terms;
	$("accept").required = Boolean(terms);
}

async function register() {
	const made = await post("v1/register", { invite: $("invite").value.trim(), name: $("name").value.trim() });

	$("register").reset();
	$("new-key").value = made.key;
	$("copied").textContent = "";
	door("made");
	$("made-title").focus();
}

async function copy() {
	$("new-key").select();
	try {
		await navigator.clipboard.writeText($("new-key").value);
		$("copied").textContent = say("Copied.");
	} catch {
		$("copied").textContent = say("It is selected: copy it with the keyboard.");
	}
}

function begin() {
	translate(document);
	onSubmit($("sign-in"), $("key-trouble"), () => enterWith($("key").value.trim()));
	onSubmit($("register"), $("register-trouble"), register);
	$("to-register").addEventListener("click", showInvited);
	$("to-sign-in").addEventListener("click", () => { door("entry"); $("key").focus(); });
	$("copy").addEventListener("click", copy);
	$("go-on").addEventListener("click", async () => {
		const key = $("new-key").value;
		$("new-key").value = "";
		try {
			await enterWith(key);
		} catch (e) {
			door("entry", e.message);
		}
	});
	$("sign-out").addEventListener("click", () => signOut(""));
	document.querySelector(".skip").addEventListener("click", (e) => {
		e.preventDefault();
		const to = $("home").hidden ? $("door").querySelector("input:not([hidden])") : $("main");
		to.focus();
	});
	addEventListener("hashchange", () => signedIn() && show(true));
	wide.addEventListener("change", () => $("home").dataset.view === "list" && !$("home").hidden && show(false));
	if (signedIn())
		enter().catch((e) => (e.status === 401 ? signOut(e.message) : door("entry", e.message)));
	else
		door("entry");
}

begin();
