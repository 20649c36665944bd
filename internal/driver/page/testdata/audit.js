// What is wrong with the page that is open, of what a browser can tell. WIDTH is
// that of the window.
(() => {
	const wrong = [];
	const all = (selector) => Array.from(document.querySelectorAll(selector));
	const name = (e) => `<${e.localName} class="${e.getAttribute("class") ?? ""}"> ${e.textContent.trim().slice(0, 40)}`;

	if (document.documentElement.scrollWidth > WIDTH) {
		const wide = all("body *").filter((e) => e.getBoundingClientRect().right > WIDTH && !e.closest("pre"));
		wrong.push(`scrolls sideways, as of ${wide.map(name)[0]}`);
	}

	// Contrast as of WCAG 2.2, 1.4.3, of all text as if it were small.
	const numbers = (color) => color.match(/[\d.]+/g).map(Number);
	const luminance = (color) => {
		const [r, g, b] = numbers(color).map((c) => (c /= 255) <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4);
		return 0.2126 * r + 0.7152 * g + 0.0722 * b;
	};
	const ground = (e) => {
		for (; e; e = e.parentElement) {
			const color = getComputedStyle(e).backgroundColor;
			if (numbers(color)[3] !== 0) return color;
		}
		return "rgb(255, 255, 255)";
	};
	const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
	let compared = 0;
	while (texts.nextNode()) {
		const e = texts.currentNode.parentElement;
		if (texts.currentNode.data.trim() === "" || !e.checkVisibility() || e.closest("option")) continue;
		const style = getComputedStyle(e);
		const [dark, light] = [luminance(e.closest("svg") ? style.fill : style.color), luminance(ground(e))].sort((a, b) => a - b);
		const ratio = (light + 0.05) / (dark + 0.05);
		if (ratio < 4.5) wrong.push(`contrast ${ratio.toFixed(1)} of ${name(e)}`);
		compared++;
	}
	if (compared < 5) wrong.push(`only ${compared} texts are visible`);

	let level = 0;
	for (const e of all("h1, h2, h3, h4, h5, h6")) {
		const next = Number(e.localName[1]);
		if (next > level + 1) wrong.push(`heading of level ${next} after one of level ${level}: ${name(e)}`);
		level = next;
	}
	for (const selector of ["h1", "main", "body > header", "body > footer", "nav[aria-label]", "a.skip[href='#main']", "html[lang]", "title"]) {
		if (all(selector).length !== 1) wrong.push(`${all(selector).length} of ${selector}`);
	}
	const ids = all("[id]").map((e) => e.id);
	for (const id of ids) {
		if (ids.filter((other) => other === id).length > 1) wrong.push(`several elements with id ${id}`);
	}
	for (const e of all("[aria-labelledby]")) {
		if (!ids.includes(e.getAttribute("aria-labelledby"))) wrong.push(`nothing labels ${name(e)}`);
	}
	for (const e of all("nav a, a.rank")) {
		if (!ids.includes(e.getAttribute("href").slice(1))) wrong.push(`nothing is at ${e.getAttribute("href")}`);
	}
	for (const e of all("body > * svg:not(svg svg)")) {
		const told = e.getAttribute("role") === "img" && e.getAttribute("aria-label");
		if (!told && e.getAttribute("aria-hidden") !== "true") wrong.push(`a picture without words: ${name(e)}`);
	}
	for (const e of all("th:not([scope])")) wrong.push(`no scope: ${name(e)}`);
	for (const e of all("input, select")) {
		if (e.labels.length === 0) wrong.push(`no label: ${name(e)}`);
	}
	return wrong;
})()
