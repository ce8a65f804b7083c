"use strict";
// The sweeps as a map of cells with views of the chosen one, and networks pass by pass
(() => {
  const { all, root, unpacked, onLanguage } = window.mlpstudy;
  const source = document.getElementById("maps");
  if (!source || !("DecompressionStream" in window)) return;
  const SVG = "http://www.w3.org/2000/svg";
  const svg = (name, attributes, parent, text = "") => {
    const element = document.createElementNS(SVG, name);
    Object.entries(attributes).forEach(([key, value]) => element.setAttribute(key, value));
    if (text) element.textContent = text;
    parent?.append(element);
    return element;
  };
  const said = (texts) => texts?.[root.lang] ?? texts?.en ?? "";
  const number = (value, digits = 3) => {
    if (value === null || value === undefined) return "–";
    const text = Math.abs(value) >= 1e4 || (value && Math.abs(value) < 1e-3)
      ? value.toExponential(1) : String(Number(value.toPrecision(digits)));
    return (root.lang === "fr" ? text.replace(".", ",") : text).replace("-", "−");
  };

  const atlas = (sweep) => {
    const place = document.getElementById("atlas");
    const names = Object.keys(sweep.factors);
    const sizes = names.map((name) => sweep.factors[name].levels.length);
    const form = place.querySelector("form");
    const chosen = { measure: sweep.shown[0] };
    const index = (at) => names.reduce((sum, name, i) => sum * sizes[i] + at[name], 0);
    const values = () => sweep.measures[chosen.measure];
    // The levels at which the chosen measure is known: studies may have depths of their own
    const strides = sizes.map((_, i) => sizes.slice(i + 1).reduce((product, size) => product * size, 1));
    const knownBy = new Map();
    const known = () => {
      if (!knownBy.has(chosen.measure)) {
        const found = names.map(() => new Set());
        values().forEach((value, cell) => {
          if (value !== null) strides.forEach((stride, i) => found[i].add(Math.floor(cell / stride) % sizes[i]));
        });
        knownBy.set(chosen.measure, Object.fromEntries(names.map((name, i) => [name, [...found[i]].sort((a, b) => a - b)])));
      }
      return knownBy.get(chosen.measure);
    };
    const nearest = (levels, level) => levels.reduce((best, each) => (Math.abs(each - level) < Math.abs(best - level) ? each : best));
    const keepKnown = () => names.forEach((name) => { chosen[name] = nearest(known()[name], chosen[name]); });
    // At first a cell whose value is neither extreme: there is something to be seen
    const begin = () => {
      const found = values().map((value, cell) => [value, cell]).filter(([value]) => value !== null);
      const each = found.map(([value]) => value);
      const middle = (Math.min(...each) + Math.max(...each)) / 2;
      const [, cell] = found.reduce((best, next) => (Math.abs(next[0] - middle) < Math.abs(best[0] - middle) ? next : best));
      names.forEach((name, i) => { chosen[name] = Math.floor(cell / strides[i]) % sizes[i]; });
    };
    begin();
    const label = (name, level) => said(sweep.factors[name].levels[level]);

    // Controls
    const fill = () => {
      all("select", form).forEach((select) => {
        const levels = select.name === "measure"
          ? sweep.shown.map((name) => [name, said(sweep.labels[name])])
          : known()[select.name].map((i) => [i, said(sweep.factors[select.name].levels[i])]);
        select.replaceChildren(...levels.map(([value, text]) => new Option(text, value)));
        select.value = chosen[select.name];
      });
    };
    form.addEventListener("change", ({ target }) => {
      choose({ [target.name]: target.name === "measure" ? target.value : Number(target.value) });
    });
    form.addEventListener("submit", (event) => event.preventDefault());

    // The map: a block for each activation and initialization, in it a square for depth and width
    const board = document.getElementById("map");
    const sizeOf = (name) => sweep.factors[name].levels.length;
    const places = (name) => known()[name].length;  // of which there are columns, rows, squares
    let [left, top, gap, side, blockWidth, blockHeight] = [0, 0, 0, 0, 0, 0];
    const picture = svg("svg", { tabindex: 0, role: "group", "aria-labelledby": "map-title" }, board);
    const heads = svg("g", { class: "heads" }, picture);
    const squares = [];
    const ring = svg("rect", { class: "ring" }, picture);
    for (let row = 0; row < sizeOf("activation"); row++) for (let column = 0; column < sizeOf("initialization"); column++)
      for (let depth = 0; depth < sizeOf("depth"); depth++) for (let width = 0; width < sizeOf("width"); width++) {
        const at = { activation: row, initialization: column, depth, width };
        squares.push({ at, rect: svg("rect", {}, null) });
      }
    const layOut = () => {  // a unit is a pixel, so that type and squares keep their size
      const wide = Math.max(300, Math.min(680, board.clientWidth));
      [left, top, gap] = [wide < 500 ? 66 : 84, 34, wide < 500 ? 5 : 9];
      const [columns, rows] = [places("initialization"), places("activation")];
      side = Math.min(20, ((wide - left) / columns - gap) / places("depth"));
      [blockWidth, blockHeight] = [side * places("depth") + gap, side * places("width") + gap];
      const [width, height] = [left + columns * blockWidth, top + rows * blockHeight + 16];
      picture.setAttribute("viewBox", `0 0 ${width.toFixed(1)} ${height.toFixed(1)}`);
      picture.style.maxWidth = `${width}px`;
      squares.forEach((square) => {
        const at = (name) => known()[name].indexOf(square.at[name]);
        const shown = Object.keys(square.at).every((name) => at(name) >= 0);
        square.rect.toggleAttribute("hidden", !shown);
        square.x = left + at("initialization") * blockWidth + at("depth") * side;
        square.y = top + at("activation") * blockHeight + (places("width") - 1 - at("width")) * side;
        Object.entries({ x: square.x, y: square.y, width: side - 1, height: side - 1 })
          .forEach(([name, value]) => square.rect.setAttribute(name, value.toFixed(1)));
      });
      ring.setAttribute("width", side);
      ring.setAttribute("height", side);
    };
    let laid = 0;
    addEventListener("resize", () => {
      if (board.clientWidth === laid) return;
      laid = board.clientWidth;
      layOut();
      write();
      mark();
    });
    picture.prepend(...squares.map(({ rect }) => rect));
    const byRect = new Map(squares.map((square) => [square.rect, square]));
    picture.addEventListener("click", ({ target }) => {
      if (byRect.has(target)) choose(byRect.get(target).at);
    });
    const MOVES = { ArrowRight: ["depth", 1], ArrowLeft: ["depth", -1], ArrowUp: ["width", 1], ArrowDown: ["width", -1] };
    picture.addEventListener("keydown", (event) => {
      const move = MOVES[event.key];
      if (!move) return;
      event.preventDefault();
      const [name, by] = move;
      const levels = known()[name];
      const next = levels.indexOf(chosen[name]) + by;
      if (next >= 0 && next < levels.length) {
        choose({ [name]: levels[next] });
        return;
      }
      const block = name === "depth" ? "initialization" : "activation";  // the next block begins
      const blocks = known()[block];
      const over = blocks.indexOf(chosen[block]) + (name === "depth" ? by : -by);
      if (over < 0 || over >= blocks.length) return;
      choose({ [block]: blocks[over], [name]: levels.at(by > 0 ? 0 : -1) });
    });
    const extent = () => {
      const known = values().filter((value) => value !== null);
      const [least, most] = [Math.min(...known), Math.max(...known)];
      if (chosen.measure.includes("decades")) return [-Math.max(-least, most), Math.max(-least, most)];
      return chosen.measure === "passes" ? [0, most] : [0, Math.max(1, most)];
    };
    const paint = () => {
      const [least, most] = extent();
      const signed = least < 0;
      squares.forEach(({ at, rect }) => {
        const value = values()[index({ ...at, dataset: chosen.dataset })];
        const share = signed ? Math.abs(value) / most : (value - least) / (most - least || 1);
        rect.setAttribute("class", value === null ? "none" : signed && value < 0 ? "minus" : "plus");
        rect.setAttribute("fill-opacity", value === null ? 0 : Math.max(0.05, share ** 0.7).toFixed(2));
      });
      place.querySelector(".legend").classList.toggle("signed", signed);
      document.getElementById("least").textContent = number(least);
      document.getElementById("most").textContent = number(most);
      document.getElementById("map-title").textContent = `${said(sweep.labels[chosen.measure])}, ${label("dataset", chosen.dataset)}`;
    };
    const write = () => {
      heads.replaceChildren();
      known().initialization.map((level) => sweep.factors.initialization.levels[level]).forEach((level, i) => {
        const x = left + i * blockWidth + (blockWidth - gap) / 2;
        const lines = said(level).replace("_", "_ ").split(" ");
        lines.forEach((line, j) => svg("text", { x, y: top - 8 - 11 * (lines.length - 1 - j), "text-anchor": "middle" }, heads, line));
      });
      known().activation.map((level) => sweep.factors.activation.levels[level]).forEach((level, i) => svg("text", {
        x: left - 8, y: top + i * blockHeight + (blockHeight - gap) / 2 + 4, "text-anchor": "end",
      }, heads, said(level)));
      const listed = (name) => `${said(sweep.factors[name].label)} ${known()[name].map((level) => label(name, level)).join(", ")}`;
      svg("text", { x: left, y: top + places("activation") * blockHeight + 10 }, heads, `→ ${listed("depth")}   ↑ ${listed("width")}`);
    };

    // The chosen cell: its numbers, its training, its gradients, its command
    const mark = () => {
      const { x, y } = squares.find(({ at }) => Object.entries(at).every(([name, level]) => chosen[name] === level));
      ring.setAttribute("x", x - 0.5);
      ring.setAttribute("y", y - 0.5);
    };
    const tell = () => {
      const cell = index(chosen);
      document.getElementById("cell-title").textContent =
        [label("activation", chosen.activation), label("initialization", chosen.initialization)].join(", ")
        + ` · ${label("depth", chosen.depth)} × ${label("width", chosen.width)}`;
      const numbers = document.getElementById("cell-numbers");
      numbers.replaceChildren();
      Object.entries(sweep.measures).forEach(([name, column]) => {
        const line = document.createElement("div");
        const [term, value] = [document.createElement("dt"), document.createElement("dd")];
        term.textContent = said(sweep.labels[name]);
        if (column[cell] === null) return;  // not measured there
        value.textContent = number(column[cell]);
        line.className = name === chosen.measure ? "chosen" : "";
        line.append(term, value);
        numbers.append(line);
      });
      const run = sweep.runs.trainability?.[cell] ?? sweep.runs.vanishing?.[cell];
      const command = document.getElementById("cell-command");
      command.textContent = run ?? "–";
      command.dataset.copy = run ? `.venv/bin/mlpstudy replay ${run}` : "";
      chart("curves", sweep.lines.map_curves?.[cell], ["training_loss", "validation_accuracy"], "pass");
      chart("layers", sweep.lines.map_layers?.[cell], ["delta", "dW"], "layer");
    };
    const chart = (id, lines, shown, along) => {
      const picture = document.getElementById(id);
      const title = picture.querySelector("title");
      picture.replaceChildren(title);
      title.textContent = shown.map((name) => said(sweep.labels[name])).join(", ");
      picture.parentElement.hidden = !lines;
      if (!lines) return;
      lineChart(picture, lines[0], lines.slice(1).map((y, i) => ({ y, label: said(sweep.labels[shown[i]]) })),
        said(sweep.labels[along]), id === "curves");
    };
    const choose = (change) => {
      Object.assign(chosen, change);
      if ("measure" in change) {
        keepKnown();
        layOut();
        write();
        fill();
      }
      all("select", form).forEach((select) => { select.value = chosen[select.name]; });
      if ("measure" in change || "dataset" in change) paint();
      mark();
      tell();
    };
    const draw = () => { fill(); write(); paint(); mark(); tell(); };
    place.hidden = false;
    layOut();
    draw();
    onLanguage(draw);
  };

  // Lines over a common axis; apart: each on a scale of its own, written at its side
  const lineChart = (picture, x, lines, along, apart) => {
    const [left, right, top, bottom] = [44, apart ? 356 : 390, 22, 160];
    const finite = (list) => list.filter((value) => value !== null);
    const scale = (list, from, to) => {
      const [least, most] = [Math.min(...list), Math.max(...list)];
      return (value) => from + ((value - least) / (most - least || 1)) * (to - from);
    };
    const across = scale(x, left, right);
    const common = finite(lines.flatMap(({ y }) => y));
    svg("path", { class: "axis", d: `M${left} ${bottom}H${right}` }, picture);
    [x[0], x[x.length - 1]].forEach((value, i) => svg("text", { x: across(value), y: bottom + 14, "text-anchor": i ? "end" : "start" }, picture, number(value)));
    svg("text", { x: (left + right) / 2, y: bottom + 14, "text-anchor": "middle" }, picture, along);
    lines.forEach(({ y, label }, i) => {
      const known = apart ? finite(y) : common;
      if (!known.length) return;
      const up = scale(known, bottom - 4, top + 4);
      const points = y.map((value, j) => (value === null ? null : `${across(x[j]).toFixed(1)} ${up(value).toFixed(1)}`));
      svg("path", { class: `line line${i}`, d: `M${points.filter(Boolean).join("L")}` }, picture);
      if (apart || i === 0) [Math.min(...known), Math.max(...known)].forEach((value) => svg("text", {
        class: apart ? `text${i}` : "", x: i ? right + 6 : left - 6, y: up(value) + 4, "text-anchor": i ? "start" : "end",
      }, picture, number(value, 2)));
      svg("text", { class: `text${i}`, x: i ? right : left, y: 12, "text-anchor": i ? "end" : "start" }, picture, label);
    });
  };

  // Pass by pass
  const scrub = (place, told) => {
    const slider = place.querySelector("input");
    const output = place.querySelector("output");
    const play = place.querySelector(".play");
    const screens = place.querySelector(".screens");
    screens.classList.toggle("wide", !told.screens[0].frames);
    const draws = told.screens.map((screen) => {
      const figure = document.createElement("figure");
      const caption = document.createElement("figcaption");
      const draw = screen.frames ? region(figure, screen) : layers(figure, screen, told);
      figure.append(caption);
      screens.append(figure);
      return (pass) => { caption.textContent = said(screen.label); draw(pass); };
    });
    slider.max = told.passes.length - 1;
    slider.value = slider.max;
    const show = () => {
      output.textContent = told.passes[slider.value];
      slider.setAttribute("aria-valuetext", String(told.passes[slider.value]));
      draws.forEach((draw) => draw(Number(slider.value)));
    };
    slider.addEventListener("input", show);
    place.querySelector("form").addEventListener("submit", (event) => event.preventDefault());
    let playing = 0;
    play.addEventListener("click", () => {
      clearInterval(playing);
      slider.value = 0;
      show();
      playing = setInterval(() => {
        slider.value = Number(slider.value) + 1;
        show();
        if (slider.value === slider.max) clearInterval(playing);
      }, 600);
    });
    place.hidden = false;
    show();
    onLanguage(show);
  };
  const bytes = (text) => Int8Array.from(atob(text), (letter) => (letter.charCodeAt(0) << 24) >> 24);
  const [ONE, OTHER] = [[208, 103, 36], [28, 120, 150]];
  const region = (figure, { side: [columns, rows], frames, points }) => {
    const canvas = document.createElement("canvas");
    [canvas.width, canvas.height] = [columns * 6, rows * 6];
    canvas.setAttribute("role", "img");
    figure.append(canvas);
    const small = document.createElement("canvas");
    [small.width, small.height] = [columns, rows];
    const context = small.getContext("2d");
    const decoded = frames.map((frame) => frame && bytes(frame));
    return (pass) => {
      const scores = decoded[pass];
      const image = context.createImageData(columns, rows);
      if (scores) scores.forEach((score, i) => {
        const at = 4 * ((rows - 1 - Math.floor(i / columns)) * columns + (i % columns));
        const colour = score > 0 ? ONE : OTHER;
        const weight = 0.25 + 0.5 * Math.min(1, Math.abs(score) / 70);
        colour.forEach((level, j) => { image.data[at + j] = 255 - weight * (255 - level); });
        image.data[at + 3] = 255;
      });
      context.putImageData(image, 0, 0);
      const large = canvas.getContext("2d");
      large.imageSmoothingEnabled = true;
      large.drawImage(small, 0, 0, canvas.width, canvas.height);
      points.forEach(([x, y, label]) => {
        large.beginPath();
        large.arc((x / 100) * canvas.width, (1 - y / 100) * canvas.height, 2.6, 0, 7);
        large.fillStyle = `rgb(${(label ? ONE : OTHER).map((level) => level * 0.75).join(",")})`;
        large.fill();
        large.strokeStyle = "#fff";
        large.lineWidth = 0.8;
        large.stroke();
      });
      canvas.setAttribute("aria-label", figure.querySelector("figcaption").textContent);
    };
  };
  const layers = (figure, { lines }, told) => {
    const picture = svg("svg", { viewBox: "0 0 400 190", role: "img" }, figure);
    const title = svg("title", {}, picture);
    const shown = told.screens.flatMap((screen) => screen.lines).flat();  // one scale for all
    const known = shown.map(([, y]) => y).filter((y) => y !== null);
    const [least, most] = [Math.min(...known), Math.max(...known)];
    const longest = Math.max(...shown.map(([x]) => x));
    const [left, right, top, bottom] = [44, 390, 14, 160];
    const across = (x) => left + ((x - 1) / (longest - 1 || 1)) * (right - left);
    const up = (y) => bottom - 4 - ((y - least) / (most - least || 1)) * (bottom - top - 8);
    const path = (line) => `M${line.filter(([, y]) => y !== null).map(([x, y]) => `${across(x).toFixed(1)} ${up(y).toFixed(1)}`).join("L")}`;
    const line = document.createElementNS(SVG, "path");
    const write = () => {
      picture.replaceChildren(title);
      title.textContent = figure.querySelector("figcaption").textContent;
      svg("path", { class: "axis", d: `M${left} ${bottom}H${right}` }, picture);
      [least, most].forEach((y) => svg("text", { x: left - 6, y: up(y) + 4, "text-anchor": "end" }, picture, number(y, 2)));
      [1, longest].forEach((x, i) => svg("text", { x: across(x), y: bottom + 14, "text-anchor": i ? "end" : "start" }, picture, String(x)));
      svg("text", { x: (left + right) / 2, y: bottom + 14, "text-anchor": "middle" }, picture, said(told.along));
      svg("path", { class: "line before", d: path(lines[0]) }, picture);
      line.setAttribute("class", "line line0");
      picture.append(line);
    };
    let language = "";
    return (pass) => {
      if (language !== root.lang) { language = root.lang; write(); }
      line.setAttribute("d", path(lines[pass]));
    };
  };

  unpacked("maps").then((text) => {
    const { sweep, scrubs } = JSON.parse(text);
    if (sweep) atlas(sweep);
    all("[data-scrub]").forEach((place) => scrub(place, scrubs[place.dataset.scrub]));
    document.body.dataset.explored = "true";
  });
})();
