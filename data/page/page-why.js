// page-why.js -- scores as bars, and a text coloured by what its parts add to its label.
// What speaks for a label and what speaks against it differ in hue, in their line, and in their sign.
import { say } from "./page-words.js";

const FEW = 8; // rows at first

// An element: class, text or children.  Texts never become markup.
export function put(name, className, ...children) {
	const e = document.createElement(name);

	if (className)
		e.className = className;
	for (const c of children)
		if (c !== null && c !== undefined)
			e.append(typeof c === "number" ? String(c) : c);
	return e;
}

export const share = (p) => (p > 0 && p < 0.001 ? "< 0.1 %" : `${(100 * p).toFixed(1)} %`);
export const signed = (x) => (x < 0 ? "−" : "+") + Math.abs(x).toPrecision(3);
export const brief = (x) => String(Number(x.toPrecision(4))).replace("-", "−");
export const plain = (x) => (x === null || x === undefined ? "–" : String(Number(Number(x).toPrecision(6))).replace("-", "−"));

// Blanks at the ends of a piece are seen.
const seen = (piece) => piece.replace(/^ +| +$/g, (blanks) => "␣".repeat(blanks.length)).replace(/\n/g, "⏎");

// The first few rows, and a button for the others.  The names' column is as wide as its longest, within bounds.
function table(className, caption, rows) {
	const body = put("tbody", "", ...rows.slice(0, FEW));
	const t = put("table", className, put("caption", "", put("span", "unseen", caption)), body);
	const longest = Math.max(...rows.map((r) => r.firstChild.textContent.replace(/[^\x00-\u2fff]/g, "mm").length), 0);

	t.style.setProperty("--names", `${Math.min(longest + 2, 24)}ch`);
	t.classList.toggle("long", longest > 14);

	if (rows.length <= FEW + 1) {
		body.append(...rows.slice(FEW));
		return t;
	}
	const all = put("button", "link", say("Show all {n}", { n: rows.length }));
	all.type = "button";
	all.addEventListener("click", () => {
		body.append(...rows.slice(FEW));
		all.remove();
	});
	return put("div", "", t, all);
}

function row(name, bar, number) {
	const head = put("th", "", name);

	head.scope = "row";
	head.dir = "auto";
	bar.setAttribute("aria-hidden", "true");
	return put("tr", "", head, put("td", "", bar), put("td", "n", number));
}

export function bars(caption, scores) {
	return table("bars", caption, scores.map(({ label, score }) => {
		const bar = put("i");
		bar.style.width = `${100 * Math.min(Math.max(score, 0), 1)}%`;
		return row(label, put("div", "track", bar), share(score));
	}));
}

// Numbers of either sign: {name, value}, against the largest of them.
export function signedBars(caption, list, print = signed) {
	const most = Math.max(...list.map((one) => Math.abs(one.value)), 1e-300);

	return table("bars both", caption, list.map(({ name, value }) => {
		const bar = put("i", value < 0 ? "against" : "for");
		bar.style.width = `${100 * Math.min(Math.abs(value) / most, 1)}%`;
		return row(seen(name), put("div", "track", bar), print(value));
	}));
}

// Parts of a text side by side, each with what the pieces over it add there.  Places count characters, not the
// halves that some of them have here; a piece adds as much at each of its places, evenly from end to end.
function parts(text, pieces) {
	const letters = Array.from(text);
	const slope = new Float64Array(letters.length + 1);
	const cut = new Uint8Array(letters.length + 1);
	const found = [];
	let rate = 0;

	for (const p of pieces) {
		if (p.start === null || p.start === undefined)
			continue;
		const places = [[p.start, p.end], ...(p.also || [])];
		for (const [begin, end] of places) {
			if (!(begin >= 0 && begin < end && end <= letters.length))
				continue;
			const each = p.contribution / places.length / (end - begin);
			slope[begin] += each;
			slope[end] -= each;
			cut[begin] = cut[end] = 1;
		}
	}
	for (let i = 0, begin = 0; i < letters.length; i++) {
		rate += slope[i];
		if (i + 1 === letters.length || cut[i + 1]) {
			found.push({ text: letters.slice(begin, i + 1).join(""), value: rate * (i + 1 - begin) });
			begin = i + 1;
		}
	}
	return found;
}

function painted(text, pieces) {
	const all = parts(text, pieces);
	const most = Math.max(...all.map((p) => Math.abs(p.value)), 0);
	const p = put("p", "painted");

	p.dir = "auto";
	for (const { text: words, value } of all) {
		const strength = most > 0 ? Math.abs(value) / most : 0;
		if (strength < 0.02) {
			p.append(words);
			continue;
		}
		const m = put("mark", value < 0 ? "against" : "for", words);
		m.style.setProperty("--s", strength.toFixed(3));
		m.title = signed(value);
		p.append(m);
	}
	return p;
}

// What each place of a picture adds (x7, x7.red: row by row from 1), or of a sound (t3.b4: frame, band; low ones below),
// in the same colours.  null: these pieces have no places of a rectangle.
function surface(pieces, [height, width]) {
	const sum = new Float64Array(height * width);
	const sound = pieces[0].piece.startsWith("t");
	const canvas = put("canvas", "surface");
	let most = 0;

	for (const p of pieces) {
		const at = /^x(\d+)(\.\w+)?$|^t(\d+)\.b(\d+)$/.exec(p.piece);
		const i = at === null ? -1 : at[1] ? at[1] - 1 : (at[3] - 1) * width + (at[4] - 1);
		if (!(i >= 0 && i < sum.length))
			return null;
		sum[i] += p.contribution;
		most = Math.max(most, Math.abs(sum[i]));
	}
	[canvas.width, canvas.height] = sound ? [height, width] : [width, height];
	const picture = new ImageData(canvas.width, canvas.height);
	sum.forEach((value, i) => {
		const x = sound ? Math.floor(i / width) : i % width, y = sound ? width - 1 - i % width : Math.floor(i / width);
		const colour = value < 0 ? [63, 111, 224] : [240, 160, 20];
		picture.data.set([...colour, Math.round(255 * Math.abs(value) / (most || 1))], 4 * (y * canvas.width + x));
	});
	canvas.getContext("2d").putImageData(picture, 0, 0);
	canvas.setAttribute("role", "img");
	canvas.setAttribute("aria-label", say("What each place adds"));
	return canvas;
}

function key(label) {
	const line = put("p", "key-line");
	const [before, after] = label === null
		? [say("raises the value"), say("lowers it")]
		: [say("speaks for “{label}”", { label }), say("speaks against it")];

	line.append(put("mark", "for", before), "  ·  ", put("mark", "against", after));
	return line;
}

// Why an answer is what it is: `text` is null where a row was asked, `shape` is of numbers that are one picture.
export function why(answer, text, shape) {
	const label = answer.label === undefined ? null : answer.label;
	const pieces = answer.contributions;
	const part = document.createDocumentFragment();
	const rest = answer.intercept === undefined ? answer.rest : answer.intercept;
	const list = pieces.map((p) => ({ name: p.piece, value: p.contribution }));

	part.append(put("h3", "", say("Why")));
	if (text !== null && pieces.some((p) => p.start !== null))
		part.append(painted(text, pieces));
	const whole = shape && shape.length > 1 && pieces.length ? surface(pieces, shape) : null;
	if (whole)
		part.append(whole);
	part.append(key(label));
	if (!pieces.length)
		part.append(put("p", "hint", say("Nothing in it is known to the model.")));
	const more = put("details", "pieces", put("summary", "", say("Piece by piece")));
	more.open = text === null && whole === null;
	if (rest !== undefined)
		list.push({ name: answer.intercept === undefined ? say("(rest)") : say("(base)"), value: rest });
	more.append(signedBars(say("What each piece adds"), list));
	part.append(more);
	return part;
}
