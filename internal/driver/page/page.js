"use strict";
// Without this script all findings are shown, and nothing to pick some of them.
const text = document.getElementById("text");
const analyzer = document.getElementById("analyzer");
const shown = document.getElementById("shown");
const findings = Array.from(document.querySelectorAll("article[data-analyzer]"),
	(element) => ({element, words: element.textContent.toLowerCase()}));

function filter() {
	const words = text.value.toLowerCase().split(/\s+/);
	let n = 0;
	for (const {element, words: all} of findings) {
		const fits = (analyzer.value === "" || element.dataset.analyzer === analyzer.value) &&
			words.every((word) => all.includes(word));
		element.hidden = !fits;
		n += fits;
	}
	shown.textContent = n === findings.length ? "" : `${n} of ${findings.length} shown`;
}

if (findings.length > 1) {
	document.getElementById("filter").hidden = false;
	text.addEventListener("input", filter);
	analyzer.addEventListener("change", filter);
}
