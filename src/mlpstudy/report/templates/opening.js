"use strict";
// Before anything is painted: the language and the theme as they were left, or else the reader's own.
(() => {
  const root = document.documentElement;
  const remembered = (key) => {
    try { return localStorage.getItem(`mlpstudy-${key}`); } catch { return null; }
  };
  const spoken = navigator.languages.map((each) => each.slice(0, 2).toLowerCase());
  const language = [remembered("language"), ...spoken].find((each) => ["en", "fr"].includes(each));
  if (language) root.lang = language;
  const theme = remembered("theme");
  if (["light", "dark"].includes(theme)) root.dataset.theme = theme;
})();
