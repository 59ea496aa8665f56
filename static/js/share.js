// The panel behind "Share": copies, or hands over to the telephone's own menu.
"use strict";

(() => {
  const details = document.querySelector("details.share");
  const panel = details.querySelector(".share__panel");
  const summary = details.querySelector("summary");
  const status = panel.querySelector("[role=status]");

  const copied = async (field) => {
    try {
      await navigator.clipboard.writeText(field.value);
      return true;
    } catch {
      // Without HTTPS, or forbidden: the old way, and the text stays selected for the reader's own.
      field.focus();
      field.select();
      return document.execCommand("copy");
    }
  };

  panel.addEventListener("click", async (event) => {
    const button = event.target.closest("[data-copy]");
    if (!button || !(await copied(document.getElementById(button.dataset.copy)))) return;
    const words = button.querySelector("span");
    const before = words.textContent;
    if (before === button.dataset.copied) return;
    words.textContent = status.textContent = button.dataset.copied;
    button.focus();
    setTimeout(() => {
      words.textContent = before;
      status.textContent = "";
    }, 2500);
  });
  panel.querySelectorAll("input, textarea").forEach((field) => field.addEventListener("focus", () => field.select()));

  // A telephone has a menu for this that knows the reader's own programs.
  const phone = window.matchMedia("(hover: none) and (pointer: coarse)");
  summary.addEventListener("click", async (event) => {
    if (details.open || !navigator.share || !phone.matches) return;
    event.preventDefault();
    try {
      await navigator.share({ title: panel.dataset.title, url: panel.dataset.address });
    } catch (error) {
      if (error.name !== "AbortError") details.open = true;
    }
  });

  // Open panels of this row cover what is behind them: as the header's menu, they close with Escape and when
  // the reader goes on.
  document.querySelectorAll(".actions-row > li > details").forEach((menu) => {
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
  });
})();
