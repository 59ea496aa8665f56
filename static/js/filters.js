// A panel of choices covers the list: it closes with Escape, and when the keyboard or a click goes on.
"use strict";

(() => {
  for (const filter of document.querySelectorAll(".filter")) {
    filter.addEventListener("keydown", (event) => {
      if (event.key !== "Escape" || !filter.open) return;
      filter.open = false;
      filter.querySelector("summary").focus();
    });
    filter.addEventListener("focusout", (event) => {
      if (event.relatedTarget && !filter.contains(event.relatedTarget)) filter.open = false;
    });
    document.addEventListener("click", (event) => {
      if (!filter.contains(event.target)) filter.open = false;
    });
  }
  // What nobody looks for need not stand in the address.
  const form = document.querySelector(".filters__form");
  const words = form?.elements.namedItem("q");
  form?.addEventListener("submit", () => {
    words.disabled = !words.value;
  });
  window.addEventListener("pageshow", () => {
    if (words) words.disabled = false;
  });
})();
