"use strict";
// Every page is complete without this: it adds the two switches, copying, and terms explained.
(() => {
  const root = document.documentElement;
  const all = (selector, within = document) => [...within.querySelectorAll(selector)];
  const remember = (key, value) => {
    try { localStorage.setItem(`mlpstudy-${key}`, value); } catch { /* a page without storage */ }
  };
  const press = (buttons, pressed) =>
    buttons.forEach((button) => button.setAttribute("aria-pressed", String(button === pressed)));
  const listeners = [];  // of the language

  // What is packed in the page, or a table of a chart
  const unpacked = async (id) => {
    const packed = atob(document.getElementById(id).textContent);
    const bytes = Uint8Array.from(packed, (letter) => letter.charCodeAt(0));
    const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
    return new Response(stream).text();
  };

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
    document.title = document.querySelector("title").dataset[language];
    listeners.forEach((listener) => listener(language));
  });
  switchOf("theme", root.dataset.theme ?? "auto", (theme) => {
    if (theme === "auto") delete root.dataset.theme;
    else root.dataset.theme = theme;
  });

  // Commands to copy: by a click, or by Enter where the focus is
  const told = document.getElementById("told");
  const toast = document.getElementById("toast");
  let fading = 0;
  const copyText = async (text) => {
    const shown = toast.querySelector("code");
    shown.textContent = text;
    toast.hidden = false;
    try {
      await navigator.clipboard.writeText(text);
    } catch {
      getSelection().selectAllChildren(shown);
      document.execCommand("copy");
    }
    told.textContent = toast.innerText;
    clearTimeout(fading);
    fading = setTimeout(() => { toast.hidden = true; told.textContent = ""; }, 2500);
  };
  const copyable = (command) => {
    command.tabIndex = 0;
    command.setAttribute("role", "button");
  };
  all(".command").forEach(copyable);
  document.addEventListener("click", (event) => {
    const command = event.target.closest(".command");
    if (command) copyText(command.dataset.copy);
  });
  document.addEventListener("keydown", (event) => {
    const command = event.target.closest?.(".command");
    if (command && (event.key === "Enter" || event.key === " ")) {
      event.preventDefault();
      copyText(command.dataset.copy);
    }
  });

  // Terms: what they mean, where they stand
  const tip = document.getElementById("tip");
  const source = document.getElementById("terms");
  const terms = source ? JSON.parse(source.textContent) : {};
  const explain = (link) => {
    const text = terms[link.dataset.term]?.[root.lang];
    if (!text) return;
    tip.textContent = text;
    tip.hidden = false;
    link.setAttribute("aria-describedby", "tip");
    const [at, box] = [link.getBoundingClientRect(), tip.getBoundingClientRect()];
    const left = Math.max(8, Math.min(at.left, root.clientWidth - box.width - 8));
    const above = at.top - box.height - 6;
    tip.style.left = `${left + scrollX}px`;
    tip.style.top = `${(above > 0 ? above : at.bottom + 6) + scrollY}px`;
  };
  const hide = () => {
    tip.hidden = true;
    all("[aria-describedby=tip]").forEach((link) => link.removeAttribute("aria-describedby"));
  };
  for (const [event, handle] of [["mouseover", explain], ["focusin", explain]]) {
    document.addEventListener(event, ({ target }) => {
      const link = target.closest?.("a.term");
      if (link) handle(link);
      else if (event === "focusin" || !target.closest?.("#tip")) hide();
    });
  }
  document.addEventListener("keydown", ({ key }) => { if (key === "Escape") hide(); });

  // What is folded is printed too, but for tables and what lies behind a study
  let folded = [];
  addEventListener("beforeprint", () => {
    folded = all("details.more:not([open])");
    folded.forEach((each) => { each.open = true; });
  });
  addEventListener("afterprint", () => folded.forEach((each) => { each.open = false; }));

  // A place inside something folded is seen when a link leads to it
  const unfold = () => {
    let place = document.getElementById(decodeURIComponent(location.hash.slice(1)));
    const target = place;
    for (; place; place = place.parentElement) if (place.tagName === "DETAILS") place.open = true;
    target?.scrollIntoView();
  };
  addEventListener("hashchange", unfold);
  if (location.hash) unfold();

  all(".switches, .search").forEach((each) => { each.hidden = false; });
  window.mlpstudy = { all, copyText, copyable, press, root, unpacked, onLanguage: (f) => listeners.push(f) };
})();
