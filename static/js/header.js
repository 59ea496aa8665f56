// The header's theme switch, its menu and the panels that close as it does. One file: another request would
// delay the headlines' type.
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

  // What opens over the page, as the menu does, closes with Escape, and when the reader goes on.
  const startPanels = () => {
    for (const panel of document.querySelectorAll(".menu-button, .filter, .actions-row > li > details")) {
      panel.addEventListener("focusout", (event) => {
        if (event.relatedTarget && !panel.contains(event.relatedTarget)) panel.open = false;
      });
      panel.addEventListener("keydown", (event) => {
        if (event.key !== "Escape" || !panel.open) return;
        panel.open = false;
        panel.querySelector("summary").focus();
      });
      document.addEventListener("click", (event) => {
        if (!panel.contains(event.target)) panel.open = false;
      });
    }
  };

  const start = () => {
    startSwitch();
    startPanels();
  };
  // Asking for the system's colours makes the browser lay the page out: after the first frame it has.
  const afterFirstFrame = () => requestAnimationFrame(() => setTimeout(start));
  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", afterFirstFrame);
  else afterFirstFrame();
})();
