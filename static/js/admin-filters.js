// On a narrow page the filters of a list stand below it: folded, but for those that are in use. The
// lines of the list become cards (admin.css), where each value needs its heading beside it.
"use strict";

document.addEventListener("DOMContentLoaded", () => {
  if (!window.matchMedia("(max-width: 63.99rem)").matches) return;
  document.querySelectorAll("#changelist-filter details").forEach((filter) => {
    filter.open = filter.querySelector("li.selected:not(:first-child)") !== null;
  });
  const headings = [...document.querySelectorAll("#result_list thead th")].map((heading) =>
    heading.querySelector(".text")?.textContent.trim(),
  );
  document.querySelectorAll("#result_list tbody tr").forEach((row) => {
    [...row.cells].forEach((cell, place) => {
      const speaksForItself = cell.matches(
        "th, .action-checkbox, .field-state:not(:has(select)), .field-state_listed, .field-languages, .field-order",
      );
      if (!speaksForItself && headings[place]) cell.dataset.label = headings[place];
    });
  });
});
