// What nobody looks for need not stand in the address. (The panels of choices close as header.js says.)
"use strict";

(() => {
  const form = document.querySelector(".filters__form");
  const words = form?.elements.namedItem("q");
  form?.addEventListener("submit", () => {
    words.disabled = !words.value;
  });
  window.addEventListener("pageshow", () => {
    if (words) words.disabled = false;
  });
})();
