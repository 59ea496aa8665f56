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
})();
