"use strict";
// Every [data-list] holds entries that can be searched, filtered and sorted. Entries beyond the document's own come
// from the list's JSON and become elements only when they are shown.
const ENTITIES = { "&lt;": "<", "&gt;": ">", "&#34;": '"', "&#39;": "'", "&amp;": "&" };

for (const list of document.querySelectorAll("[data-list]")) startList(list);

function startList(list) {
  const step = Number(list.dataset.limit);
  const later = readLater(list);
  const entries = [...readDocument(list), ...later.entries];
  const query = list.querySelector("[data-query]");
  const filters = [...list.querySelectorAll("[data-filter]")];
  const more = list.querySelector("[data-more]");
  let limit = step;

  function update() {
    const words = query.value.toLowerCase().split(/\s+/).filter(Boolean);
    const found = words.map((word) => finder(later, word));
    const wanted = filters.filter((one) => one.value).map((one) => `${one.dataset.filter}=${one.value}`);
    const matched = entries.filter(
      (entry) => wanted.every((facet) => entry.facets.has(facet)) && found.every((finds) => finds(entry))
    );
    const shown = matched.slice(0, limit);
    fill(list, matched, shown);
    const status = list.querySelector("[data-status]");
    status.textContent = status.dataset.status
      .replace("{total}", entries.length)
      .replace("{matched}", matched.length)
      .replace("{shown}", shown.length);
    list.querySelector("[data-nothing]").hidden = matched.length > 0;
    more.hidden = shown.length === matched.length;
  }

  function restart() {
    limit = step;
    update();
  }

  function clear() {
    query.value = "";
    for (const one of filters) one.value = "";
  }

  function goToTarget() {
    const id = location.hash.startsWith("#f-") ? location.hash.slice(3) : "";
    const place = entries.findIndex((entry) => entry.id === id);
    if (place < 0 || !list.querySelector(".card")) return;
    if (!document.getElementById(`f-${id}`)) {
      clear();
      if (place >= limit) query.value = id;
      update();
    }
    const card = document.getElementById(`f-${id}`);
    card.scrollIntoView();
    card.focus({ preventScroll: true });
  }

  let waiting = 0;
  query.addEventListener("input", () => {
    clearTimeout(waiting);
    waiting = setTimeout(restart, 40);
  });
  for (const one of filters) one.addEventListener("change", restart);
  list.querySelector("[data-reset]").addEventListener("click", () => {
    clear();
    restart();
    query.focus();
  });
  more.addEventListener("click", () => {
    limit *= 2;
    update();
  });
  for (const button of list.querySelectorAll("[data-sort]")) {
    button.addEventListener("click", () => {
      sortBy(list, entries, button);
      update();
    });
  }
  let before = limit;
  addEventListener("beforeprint", () => {
    before = limit;
    limit = 5000;
    update();
  });
  addEventListener("afterprint", () => {
    limit = before;
    update();
  });
  addEventListener("hashchange", goToTarget);
  readAhead(later);
  update();
  goToTarget();
}

function readDocument(list) {
  return [...list.querySelectorAll("[data-item]")].map((element) => ({
    id: element.dataset.item,
    element,
    facets: new Set(element.dataset.facets.split(" ")),
    group: element.closest("[data-group-items]").dataset.groupItems,
  }));
}

// Lines of markup that many entries share stand there once; an entry names the numbers of its own.
function readLater(list) {
  const source = list.querySelector("[data-later]");
  const { lines, facets, entries } = source ? JSON.parse(source.textContent) : { lines: [], facets: [], entries: [] };
  const sets = facets.map((facet) => new Set(facet.split(" ")));
  return {
    lines,
    texts: new Array(lines.length),
    entries: entries.map(([id, group, facet, parts]) => ({ id, group, facets: sets[facet], parts, lines })),
  };
}

function elementOf(entry) {
  if (!entry.element) {
    const holder = document.createElement("template");
    holder.innerHTML = entry.parts.map((part) => entry.lines[part]).join("\n");
    entry.element = holder.content.firstElementChild;
  }
  return entry.element;
}

// Says of an entry whether a word stands in it. A line is looked through once, however many entries share it.
function finder(later, word) {
  const hits = new Uint8Array(later.lines.length);
  for (let line = 0; line < hits.length; line++) hits[line] = textOf(later, line).includes(word) ? 1 : 0;
  return (entry) => {
    if (entry.parts) return entry.parts.some((part) => hits[part]);
    if (entry.text === undefined) entry.text = entry.element.textContent.toLowerCase();
    return entry.text.includes(word);
  };
}

function textOf(later, line) {
  if (later.texts[line] === undefined) later.texts[line] = plain(later.lines[line]).toLowerCase();
  return later.texts[line];
}

// The texts are made ready while nobody asks for anything, so that the first search is as quick as the others.
function readAhead(later, from = 0) {
  if (from >= later.lines.length) return;
  setTimeout(() => {
    const end = performance.now() + 20;
    let line = from;
    while (line < later.lines.length && performance.now() < end) textOf(later, line++);
    readAhead(later, line);
  });
}

function plain(html) {
  const text = html.replace(/<[^>]*>/g, " ");
  return text.includes("&") ? text.replace(/&(?:lt|gt|#34|#39|amp);/g, (entity) => ENTITIES[entity]) : text;
}

function fill(list, matched, shown) {
  const counts = new Map();
  for (const entry of matched) counts.set(entry.group, (counts.get(entry.group) || 0) + 1);
  const elements = new Map();
  for (const entry of shown) {
    if (!elements.has(entry.group)) elements.set(entry.group, []);
    elements.get(entry.group).push(elementOf(entry));
  }
  for (const holder of list.querySelectorAll("[data-group-items]")) {
    const name = holder.dataset.groupItems;
    holder.replaceChildren(...(elements.get(name) || []));
    const group = holder.closest("[data-group]");
    if (!group) continue;
    group.hidden = !elements.has(name);
    group.querySelector("[data-group-count]").textContent = counts.get(name) || 0;
  }
}

function sortBy(list, entries, button) {
  const head = button.closest("th");
  const down = head.getAttribute("aria-sort") === "ascending";
  for (const other of list.querySelectorAll("th[aria-sort]")) other.removeAttribute("aria-sort");
  head.setAttribute("aria-sort", down ? "descending" : "ascending");
  const column = Number(button.dataset.sort);
  const numbers = button.dataset.sortKind === "number";
  const value = (entry) => elementOf(entry).cells[column].dataset.value;
  const compare = numbers
    ? (one, other) => Number(value(one)) - Number(value(other))
    : (one, other) => value(one).localeCompare(value(other), document.documentElement.lang);
  entries.sort(down ? (one, other) => compare(other, one) : compare);
}
