// The header's theme switch and menu. One file: another request would delay the headlines' type.
"use strict";

(() => {
  const root = document.documentElement;
  const system = window.matchMedia("(prefers-color-scheme: dark)");

  // Light or dark as the system says, or as the visitor chose; the choice stays in this browser alone.
  let chosen = null;
  try {
    chosen = window.localStorage.getItem("theme");
  } catch {
    // A browser that keeps nothing: the switch then holds for this page.
  }
  const isDark = () => (chosen ? chosen === "dark" : system.matches);
  const paint = () => {
    if (chosen) root.dataset.theme = chosen;
    else delete root.dataset.theme;
  };
  // Before the first frame, so that no page flashes in the colours the visitor did not choose.
  paint();

  const startSwitch = () => {
    const button = document.querySelector(".theme-switch");
    const say = () => button.setAttribute("aria-pressed", String(isDark()));
    say();
    system.addEventListener("change", say);
    button.addEventListener("click", () => {
      const wanted = isDark() ? "light" : "dark";
      // What the system says anyway need not be remembered.
      chosen = (wanted === "dark") === system.matches ? null : wanted;
      try {
        if (chosen) window.localStorage.setItem("theme", chosen);
        else window.localStorage.removeItem("theme");
      } catch {
        // See above.
      }
      paint();
      say();
    });
  };

  // The open menu covers what is behind it: it closes with Escape, and when the keyboard goes on.
  const startMenu = () => {
    const menu = document.querySelector(".menu-button");
    menu.addEventListener("focusout", (event) => {
      if (event.relatedTarget && !menu.contains(event.relatedTarget)) menu.open = false;
    });
    menu.addEventListener("keydown", (event) => {
      if (event.key !== "Escape" || !menu.open) return;
      menu.open = false;
      menu.querySelector("summary").focus();
    });
    document.addEventListener("click", (event) => {
      if (!menu.contains(event.target)) menu.open = false;
    });
  };

  const start = () => {
    startSwitch();
    startMenu();
  };
  // Asking for the system's colours makes the browser lay the page out: after the first frame it has.
  const afterFirstFrame = () => requestAnimationFrame(() => setTimeout(start));
  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", afterFirstFrame);
  else afterFirstFrame();
})();
