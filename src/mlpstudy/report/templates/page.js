"use strict";
// The page is complete without this: it adds sorting, filtering, copying and the two switches.
(() => {
  const root = document.documentElement;
  const all = (selector, within = document) => [...within.querySelectorAll(selector)];
  const remember = (key, value) => {
    try { localStorage.setItem(`mlpstudy-${key}`, value); } catch { /* a page without storage */ }
  };
  const press = (buttons, pressed) =>
    buttons.forEach((button) => button.setAttribute("aria-pressed", String(button === pressed)));

  // The interactive figures: Vega draws them when they come near, in the page's language
  const unpacked = async (id) => {
    const packed = atob(document.getElementById(id).textContent);
    const bytes = Uint8Array.from(packed, (letter) => letter.charCodeAt(0));
    const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
    return new Response(stream).text();
  };
  const NUMBERS = {  // as each language writes them
    en: { decimal: ".", thousands: ",", grouping: [3], currency: ["$", ""] },
    fr: { decimal: ",", thousands: "\u202f", grouping: [3], currency: ["", "\u202f€"], percent: "\u202f%" },
  };
  let charts = null;
  const explored = () => {
    charts ??= Promise.all(["explored", "vega"].map(unpacked)).then(([rows, code]) => {
      const script = document.createElement("script");
      script.textContent = code;
      document.body.append(script);
      return JSON.parse(rows);
    });
    return charts;
  };
  const rowsOf = ({ columns, rows }) =>
    rows.map((row) => Object.fromEntries(columns.map((column, i) => [column, row[i]])));
  const draw = async (place) => {
    const chart = (await explored())[place.dataset.chart];
    const before = place.view;
    const spec = structuredClone(chart[root.lang]);
    spec.datasets = { rows: rowsOf(chart) };
    spec.params?.filter((each) => each.bind && before && each.name !== "picked")
      .forEach((each) => { each.value = before.signal(each.name); });
    const { view } = await vegaEmbed(place, spec, {
      actions: false, ast: true, formatLocale: NUMBERS[root.lang], defaultStyle: false, renderer: "canvas",
      tooltip: { disableDefaultStyle: true },
    });
    before?.finalize();
    place.view = view;
    view.addEventListener("click", (_, item) => {
      if (item?.datum?.command) copyText(item.datum.command);
    });
    place.dataset.drawn = root.lang;
  };
  const redraw = () => all(".chart").filter((place) => place.view).forEach(draw);
  const near = new IntersectionObserver((seen) => seen.filter((each) => each.isIntersecting)
    .forEach((each) => { near.unobserve(each.target); draw(each.target); }), { rootMargin: "400px" });

  // Two switches: each shows one of its buttons pressed, at first that of how the page opened.
  const switchOf = (key, opened, set) => {
    const buttons = all(`button[data-${key}]`);
    const choose = (value) => {
      const button = buttons.find((each) => each.dataset[key] === value);
      if (!button) return;
      press(buttons, button);
      set(value);
    };
    buttons.forEach((button) => button.addEventListener("click", () => {
      choose(button.dataset[key]);
      remember(key, button.dataset[key]);
    }));
    choose(opened);
  };
  switchOf("language", root.lang, (language) => {
    root.lang = language;
    redraw();
    document.title = document.querySelector("title").dataset[language];
  });
  switchOf("theme", root.dataset.theme ?? "auto", (theme) => {
    if (theme === "auto") delete root.dataset.theme;
    else root.dataset.theme = theme;
  });

  // The verdict table: which claims are shown
  const table = document.getElementById("verdict-table");
  const body = table.tBodies[0];
  const rows = [...body.rows];
  const search = document.getElementById("search");
  const only = all("button[data-only]");
  const fold = (text) => text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();
  const texts = new Map(rows.map((row) => [row, fold(row.textContent)]));
  let status = "";
  const filter = () => {
    const words = fold(search.value).split(/\s+/).filter(Boolean);
    rows.forEach((row) => {
      const wanted = !status || row.dataset.status === status;
      row.hidden = !(wanted && words.every((word) => texts.get(row).includes(word)));
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

  // ... and in which order; what has no value comes last, whichever the direction
  const heads = all("th[data-by]", table);
  const sort = (head) => {
    const place = head.cellIndex;
    const numeric = head.dataset.by === "number";
    const sign = head.getAttribute("aria-sort") === "ascending" ? -1 : 1;
    const key = (row) => {
      const text = row.cells[place]?.dataset.key ?? "";
      return numeric ? (text === "" ? NaN : Number(text)) : text;
    };
    const empty = (value) => value === "" || Number.isNaN(value);
    const compare = (a, b) =>
      empty(a) || empty(b) ? empty(a) - empty(b) : sign * (a < b ? -1 : a > b ? 1 : 0);
    const keyed = [...rows].map((row) => [key(row), row]);
    body.append(...keyed.sort(([a], [b]) => compare(a, b)).map(([, row]) => row));
    heads.forEach((each) => each.setAttribute("aria-sort", "none"));
    head.setAttribute("aria-sort", sign > 0 ? "ascending" : "descending");
  };
  heads.forEach((head) => {
    const button = document.createElement("button");
    button.type = "button";
    button.append(...head.childNodes);
    head.append(button);
    button.addEventListener("click", () => sort(head));
  });

  // Commands to copy
  const told = document.getElementById("told");
  const copied = async (code) => {
    try {
      await navigator.clipboard.writeText(code.textContent);
    } catch {
      getSelection().selectAllChildren(code);
      document.execCommand("copy");
    }
  };
  const toast = document.getElementById("toast");
  let fading = 0;
  const copyText = async (text) => {
    toast.querySelector("code").textContent = text;
    toast.hidden = false;
    await copied(toast.querySelector("code"));
    clearTimeout(fading);
    fading = setTimeout(() => { toast.hidden = true; }, 2500);
  };
  const copy = document.getElementById("copy").content.firstElementChild;
  all(".command").forEach((command) => {
    const button = copy.cloneNode(true);
    command.append(button);
    button.addEventListener("click", async () => {
      await copied(button.previousElementSibling);
      button.classList.add("done");
      told.textContent = button.querySelector(`.after [lang="${root.lang}"]`).textContent;
      setTimeout(() => { button.classList.remove("done"); told.textContent = ""; }, 1600);
    });
  });

  // What is folded is printed too
  let folded = [];
  addEventListener("beforeprint", () => {
    folded = all("details:not([open])");
    folded.forEach((each) => { each.open = true; });
  });
  addEventListener("afterprint", () => folded.forEach((each) => { each.open = false; }));

  all(".switches, .search").forEach((each) => { each.hidden = false; });
  if ("DecompressionStream" in window) {
    all(".explore").forEach((each) => { each.hidden = false; });
    all(".chart").forEach((place) => near.observe(place));
  }
})();
