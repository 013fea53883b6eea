// page-try.js -- a try at a model: fields for what it takes, and its answer.
import { post, postOne, stream } from "./page-talk.js";
import { bars, plain, put, share, signedBars, why } from "./page-why.js";
import { say } from "./page-words.js";

let made = 0; // names of fields are used once

// A label and its field.
function field(name, input, hint) {
	const label = put("label", "", name);
	const box = put("div", "field", label, input);

	input.id = `field-${++made}`;
	label.htmlFor = input.id;
	if (hint) {
		const p = put("p", "hint", hint);
		p.id = `${input.id}-hint`;
		input.setAttribute("aria-describedby", p.id);
		box.append(p);
	}
	return box;
}

function area(rows) {
	const e = put("textarea");

	e.rows = rows;
	e.dir = "auto";
	e.required = true;
	return e;
}

function number(value, min, max, step) {
	const e = put("input");

	Object.assign(e, { type: "number", value, min, step });
	if (max !== undefined)
		e.max = max;
	return e;
}

// Which version, where there is a choice: the value is as behind NAME@.
function chooser(m) {
	const ready = m.versions.filter((v) => v.state === "ready");
	const e = put("select");
	const option = (value, text) => {
		const o = put("option", "", text);
		o.value = value;
		e.append(o);
	};

	option("", say("the one its name means"));
	for (const v of ready)
		option(v.version, [v.version, ...v.labels].join(" · "));
	return ready.length > 1 ? e : null;
}

// A command that does the same.
function shell(to, path, body, type = "application/json") {
	const quoted = (s) => `'${s.replace(/'/g, "'\\''")}'`;

	to.querySelector("pre").textContent = [
		'curl -H "Authorization: Bearer $KEY" \\',
		`  -H ${quoted(`Content-Type: ${type}`)} \\`,
		typeof body === "string" ? `  -d ${quoted(body)} \\` : `  --data-binary ${quoted(`@${body.name}`)} \\`,
		`  ${quoted(new URL(path, location.href.replace(/#.*/, "")).href)}`,
	].join("\n");
	to.hidden = false;
}

// Rows and texts

// Fields for the columns; read() gives what is sent: { text }, { row }, or { one, type } where
// columns have no names: a line, a file.
function textFields(to) {
	const text = area(4);

	to.append(field(say("Text"), text));
	return () => ({ text: text.value });
}

function lineFields(to, inputs) {
	const line = area(3);
	const { type, shape } = inputs[0];
	const n = shape ? shape.reduce((a, b) => a * b) : inputs.length;

	if (type === "sparse") {
		to.append(field(say("A row"), line, say("numbers as PLACE:VALUE, parted by blanks; places from 1 to {n}", { n })));
		return () => ({ one: `${line.value.trim()}\n`, type: "text/plain" });
	}
	to.append(field(say("A row"), line, say("{n} values, parted by commas", { n })));
	return () => ({ one: `${line.value.trim()}\n`, type: "text/csv; header=absent" });
}

// A picture or a sound, which is shown before it is sent.
function fileFields(to, { type }) {
	const input = put("input");
	const preview = put(type === "picture" ? "img" : "audio", "preview");
	let address = null;

	input.type = "file";
	input.required = true;
	input.accept = type === "picture" ? "image/png,image/jpeg" : "audio/wav,audio/flac,audio/ogg,.wav,.flac,.ogg";
	preview.hidden = true;
	if (type === "picture")
		preview.alt = say("The picture");
	else
		preview.controls = true;
	input.addEventListener("change", () => {
		const file = input.files[0];
		if (address)
			URL.revokeObjectURL(address);
		address = file ? URL.createObjectURL(file) : null;
		preview.hidden = !file;
		if (file)
			preview.src = address;
	});
	to.append(field(type === "picture" ? say("A picture") : say("A sound"), input), preview);
	return () => {
		const file = input.files[0];
		return { one: file, type: file.type || "application/octet-stream" };
	};
}

function columnInput(c) {
	if (c.type === "text")
		return area(3);
	if (c.type === "category" && c.values) {
		const e = put("select");
		for (const v of ["", ...c.values.filter((one) => one !== "")]) {
			const o = put("option", "", v === "" ? "–" : v);
			o.value = v;
			e.append(o);
		}
		return e;
	}
	const e = put("input");
	e.autocomplete = "off";
	if (c.type === "number")
		e.inputMode = "decimal";
	return e;
}

function columnFields(to, inputs) {
	const grid = put("div", "columns");
	const read = [];

	for (const c of inputs) {
		const input = columnInput(c);
		const box = field(c.name, input);
		input.required = false;
		if (c.type === "text")
			box.classList.add("long");
		grid.append(box);
		read.push([c, input]);
	}
	to.append(grid);
	return () => {
		const row = {};
		for (const [c, input] of read) {
			const value = c.type === "text" ? input.value : input.value.trim();
			const gap = value === "" && c.type !== "text";
			row[c.name] = gap ? null : c.type === "number" && Number.isFinite(Number(value)) ? Number(value) : value;
		}
		return { row };
	};
}

function rowFields(to, m) {
	const inputs = m.inputs || [{ name: "text", type: "text" }];

	if (inputs.length === 1 && inputs[0].type === "text")
		return textFields(to);
	if (inputs[0].type === "picture" || inputs[0].type === "sound")
		return fileFields(to, inputs[0]);
	return inputs.some((c) => c.name === null) ? lineFields(to, inputs) : columnFields(to, inputs);
}

// What is refused here may have an answer all the same: a sentence too long to be explained.
const mute = (e) => e.status === 501 || e.status === 403 || e.status === 400 || e.code === "not_supported";

// The answer with its reasons, or the answer alone where the model gives none.
async function askRow(m, path, body, signal) {
	const send = (verb) => (body.one === undefined
		? post(`${path}/${verb}`, body, signal)
		: postOne(`${path}/${verb}`, body.one, body.type, signal));

	if (m.card.task !== "transform")
		try {
			return await send("explain");
		} catch (e) {
			if (!mute(e))
				throw e;
		}
	return await send("predict");
}

function best(answer) {
	if (answer.label !== undefined)
		return put("p", "best", put("bdi", "", answer.label), put("small", "", share(answer.score)));
	return put("p", "best", plain(answer.value));
}

// A text whose words have tags; where reasons came with them, a tagged word is a button that shows why.
function tagged({ tokens, tags, explanations = [] }, text) {
	const reasons = new Map(explanations.map((one) => [one.word - 1, one]));
	const p = put("p", "tagged"), below = put("div", "reasons");

	below.setAttribute("aria-live", "polite");
	tokens.forEach((token, i) => {
		const word = put("bdi", "", token), one = reasons.get(i);
		if (tags[i] === "O") {
			p.append(word, " ");
			return;
		}
		const mark = put(one ? "button" : "mark", one ? "tag" : "", word, " ", put("small", "", tags[i]));
		if (one) {
			mark.type = "button";
			mark.title = say("Why");
			mark.setAttribute("aria-pressed", "false");
			mark.addEventListener("click", () => {
				for (const other of p.querySelectorAll("button"))
					other.setAttribute("aria-pressed", String(other === mark));
				below.replaceChildren(put("p", "hint", token), why(one, text === null ? tokens.join(" ") : text));
			});
		}
		p.append(mark, " ");
	});
	return put("div", "", p, reasons.size ? put("p", "hint", say("Choose a word to see why.")) : null, below);
}

function showAnswer(to, answer, text, shape) {
	if (answer.error) {
		to.replaceChildren(put("p", "trouble", answer.error.message || String(answer.error)));
	} else if (answer.tags) {
		to.replaceChildren(tagged(answer, text));
	} else if (answer.components) {
		const list = answer.components.map((value, i) => ({ name: say("Component {n}", { n: i + 1 }), value }));
		to.replaceChildren(signedBars(say("Components"), list, plain));
	} else {
		to.replaceChildren(best(answer));
		if (answer.scores)
			to.append(bars(say("Scores"), answer.scores));
		if (answer.contributions)
			to.append(why(answer, text, shape));
	}
	to.hidden = false;
}

function tryRows(part, m, run) {
	const find = (what) => part.querySelector(what);
	const read = rowFields(find(".fields"), m);
	const version = chooser(m);

	find(".go").textContent = say("Ask");
	find(".more").hidden = !version;
	if (version)
		find(".settings").append(field(say("Version"), version));
	run(async (signal, status) => {
		const body = read();
		const path = `v1/models/${encodeURIComponent(m.id)}` + (version && version.value ? `/versions/${version.value}` : "");

		status.classList.remove("unseen");
		status.textContent = say("Asking …");
		const answer = await askRow(m, path, body, signal);
		showAnswer(find(".answer"), answer, body.text === undefined ? null : body.text, m.inputs && m.inputs[0].shape);
		status.classList.add("unseen"); // it is seen below; it is said here
		status.textContent = answer.label === undefined ? say("Answered.") : say("The answer: {label}", { label: answer.label });
		if (body.one === undefined)
			shell(find(".shell"), `${path}/predict`, JSON.stringify(body));
		else
			shell(find(".shell"), `${path}/predict`, typeof body.one === "string" ? body.one.trim() : body.one, body.type);
	});
}

// Texts that go on

function textSettings(to, m) {
	const most = number(Math.min(64, Math.max(1, Math.floor((m.card.context || 128) / 2))), 1, m.card.context, 1);
	const warmth = number(0.8, 0, 2, "any");
	const seed = number("", 0, undefined, 1);
	const version = chooser(m);

	seed.placeholder = say("any");
	to.append(field(say("Tokens at most"), most), field(say("Temperature"), warmth, say("0 takes the likeliest")),
		field(say("Seed"), seed, say("the same seed, the same text")));
	if (version)
		to.append(field(say("Version"), version));
	return (prompt) => {
		const body = { model: m.id + (version && version.value ? `@${version.value}` : ""), prompt,
			max_tokens: Number(most.value), temperature: Number(warmth.value), stream: true };
		if (seed.value !== "")
			body.seed = Number(seed.value);
		return body;
	};
}

function tryText(part, m, run) {
	const find = (what) => part.querySelector(what);
	const prompt = area(4);
	const settings = textSettings(find(".settings"), m);

	find(".fields").append(field(say("Beginning"), prompt));
	find(".go").textContent = say("Continue");
	run(async (signal, status) => {
		const body = settings(prompt.value);
		const given = put("span", "given", prompt.value);
		const fresh = put("span", "fresh");
		const written = put("p", "written", given, fresh);
		let reason = null;

		written.dir = "auto";
		written.setAttribute("aria-busy", "true");
		find(".answer").replaceChildren(written);
		find(".answer").hidden = false;
		shell(find(".shell"), "v1/completions", JSON.stringify(body));
		status.textContent = say("Writing …");
		try {
			for await (const one of stream("v1/completions", body, signal))
				for (const c of one.choices) {
					fresh.append(c.text);
					reason = c.finish_reason || reason;
				}
			status.textContent = reason === "length" ? say("That was as much as was asked for.") : say("It ended by itself.");
		} finally {
			written.setAttribute("aria-busy", "false");
		}
	});
}

// Fill the panel; what is handed back ends what runs.
export function tryModel(part, m) {
	const form = part.querySelector("form");
	const go = form.querySelector(".go"), stop = form.querySelector(".stop");
	const status = form.querySelector(".status"), trouble = form.querySelector(".trouble");
	let running = null;

	const run = (work) => {
		form.addEventListener("submit", async (event) => {
			event.preventDefault();
			if (running)
				return;
			running = new AbortController();
			trouble.textContent = "";
			stop.hidden = false;
			go.disabled = true;
			try {
				await work(running.signal, status);
			} catch (e) {
				status.textContent = e.name === "AbortError" ? say("Stopped.") : "";
				trouble.textContent = e.name === "AbortError" ? "" : e.message;
			}
			running = null;
			const held = document.activeElement === stop;
			stop.hidden = true;
			go.disabled = false;
			if (held)
				go.focus();
		});
		stop.addEventListener("click", () => running && running.abort());
		form.addEventListener("keydown", (event) => {
			if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
				event.preventDefault();
				form.requestSubmit();
			}
			if (event.key === "Escape" && running)
				running.abort();
		});
	};

	(m.card.task === "generate" ? tryText : tryRows)(part, m, run);
	return () => running && running.abort();
}
