"use strict";
// The charts of a chapter: Vega is loaded when the first one is opened
(() => {
  const { all, copyText, root, unpacked, onLanguage } = window.mlpstudy;
  const packed = document.getElementById("explored");
  if (!packed || !("DecompressionStream" in window)) return;
  const NUMBERS = {  // as each language writes them
    en: { decimal: ".", thousands: ",", grouping: [3], currency: ["$", ""] },
    fr: { decimal: ",", thousands: "\u202f", grouping: [3], currency: ["", "\u202f€"], percent: "\u202f%" },
  };
  const script = (set) => new Promise((done, failed) => {
    const element = document.createElement("script");
    element.addEventListener("load", done);
    element.addEventListener("error", failed);
    set(element);
    document.body.append(element);
    if (!element.src) done();
  });
  const vega = async () => {
    if (packed.dataset.vega) return script((element) => { element.src = packed.dataset.vega; });
    const code = await unpacked("vega");
    return script((element) => { element.textContent = code; });
  };
  let charts = null;
  const explored = () => {
    charts ??= Promise.all([unpacked("explored"), vega()]).then(([rows]) => JSON.parse(rows));
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
    all("canvas", place).forEach((canvas) => {
      canvas.setAttribute("role", "img");
      canvas.setAttribute("aria-labelledby", place.getAttribute("aria-labelledby"));
    });
    place.dataset.drawn = root.lang;
  };
  onLanguage(() => all(".chart").filter((place) => place.view).forEach(draw));
  all(".explored").forEach((fold) => {
    fold.hidden = false;
    fold.addEventListener("toggle", () => {
      const place = fold.querySelector(".chart");
      if (fold.open && !place.view) draw(place);
    });
  });
})();
