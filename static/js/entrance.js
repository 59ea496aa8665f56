// On a copy of plain files nobody redirects: to the first language of the browser that there is. Without this
// script, or in another language, the page offers all three.
"use strict";

(() => {
  const family = (tag) => tag.toLowerCase().split("-")[0];
  const doors = [...document.querySelectorAll("[data-door]")];
  for (const tag of navigator.languages ?? [navigator.language]) {
    const door = doors.find((one) => family(one.lang) === family(tag));
    if (!door) continue;
    window.location.replace(door.href);
    return;
  }
})();
