// On a narrow page the filters of a list stand below it: folded, but for those that are in use.
"use strict";

document.addEventListener("DOMContentLoaded", () => {
  if (!window.matchMedia("(max-width: 63.99rem)").matches) return;
  document.querySelectorAll("#changelist-filter details").forEach((filter) => {
    filter.open = filter.querySelector("li.selected:not(:first-child)") !== null;
  });
});
