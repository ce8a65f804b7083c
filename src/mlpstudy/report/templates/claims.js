"use strict";
// The table of claims: which are shown, and in which order
(() => {
  const { all, press } = window.mlpstudy;
  const table = document.getElementById("verdict-table");
  const parts = [...table.tBodies];
  const rows = all("tr[data-status]", table);
  const search = document.getElementById("search");
  const only = all("button[data-only]");
  const groups = JSON.parse(table.dataset.synonyms);
  const fold = (text) => text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();
  const texts = new Map(rows.map((row) => [row, `${row.dataset.words} ${fold(row.textContent)}`]));
  const alike = (word) => [word, ...groups.filter((group) =>
    group.some((each) => each === word || (word.length > 3 && each.startsWith(word)))).flat()];
  let status = "";
  const filter = () => {
    const words = fold(search.value).split(/\s+/).filter(Boolean).map(alike);
    rows.forEach((row) => {
      const text = texts.get(row);
      const ofProject = "ofProject" in row.dataset;  // not the lecture's
      const wanted = !status || (status === "of-project" ? ofProject : !ofProject && row.dataset.status === status);
      row.hidden = !(wanted && words.every((each) => each.some((word) => text.includes(word))));
    });
    const narrowed = status || words.length;
    parts.forEach((part) => {
      part.hidden = all("tr[data-status]", part).every((row) => row.hidden);
      all(".slips", part).forEach((row) => { row.hidden = Boolean(narrowed); });
    });
    document.getElementById("shown").textContent = rows.filter((row) => !row.hidden).length;
  };
  only.forEach((button) => {
    button.disabled = false;
    button.addEventListener("click", () => {
      status = button.dataset.only;
      press(only, button);
      filter();
    });
  });
  search.addEventListener("input", filter);

  // In the lecture's order the chapters part them; in another one they stand in one row
  const homes = new Map(rows.map((row) => [row, row.parentElement]));
  const heads = all("th[data-by]", table);
  const sort = (head) => {
    const by = head.dataset.by;
    const sign = head.getAttribute("aria-sort") === "ascending" ? -1 : 1;
    const key = (row) => Number(row.dataset[by]);
    const sorted = [...rows].sort((a, b) => sign * (key(a) - key(b)) || a.dataset.order - b.dataset.order);
    const lectured = by === "order" && sign > 0;
    table.classList.toggle("mixed", !lectured);
    sorted.forEach((row) => {
      const home = lectured ? homes.get(row) : parts[0];
      home.insertBefore(row, home.querySelector(".slips"));
    });
    heads.forEach((each) => each.setAttribute("aria-sort", "none"));
    head.setAttribute("aria-sort", sign > 0 ? "ascending" : "descending");
    filter();
  };
  heads.forEach((head) => {
    const button = document.createElement("button");
    button.type = "button";
    button.append(...head.childNodes);
    head.append(button);
    button.addEventListener("click", () => sort(head));
  });
})();
