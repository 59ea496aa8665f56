// The page of a shortlist: whether it is the visitor's own or came with a link, and what can be done with it.
"use strict";

(() => {
  const list = document.querySelector(".shortlist");
  const all = (selector) => [...list.querySelectorAll(selector)];
  const same = (one, other) => one.join() === other.join();
  const address = (slugs) => window.location.pathname + (slugs.length ? `?${slugs.map((slug) => `project=${slug}`).join("&")}` : "");

  // The names in the address, and those the server found under them.
  const asked = [...new Set(new URLSearchParams(window.location.search).getAll("project"))];
  const found = list.dataset.projects.split(" ").filter(Boolean);
  let store = null;
  let isOwn = false;
  let isLeaving = false;

  const paint = () => {
    const known = found.every((slug) => store.remembered.includes(slug));
    const shown = { own: store.remembered.length > 0, new: !known, known };
    for (const one of all("[data-when]")) one.hidden = !shown[one.dataset.when];
    for (const one of all(".shortlist__offer")) one.hidden = isOwn;
    for (const one of all(".shortlist__clear")) one.hidden = !isOwn;
    for (const one of all(".shortlist__count")) one.textContent = store.remembered.length;
  };

  // At first, and whenever the list changes, here or in another tab.
  document.addEventListener("shortlist", ({ detail }) => {
    const isFirst = store === null;
    const wasOwn = isOwn;
    store = detail;
    isOwn = found.length > 0 && same(store.remembered, found);
    if (isLeaving) return;
    const isWithoutList = isFirst && !window.location.search && store.remembered.length;
    if (isWithoutList || (wasOwn && !isOwn)) window.location.replace(address(store.remembered));
    // What is remembered is gone or has another name by now: the page has said so.
    else if (isFirst && !isOwn && store.remembered.length && same(store.remembered, asked)) store.keep(found);
    else paint();
  });

  // What a link brought joins what is remembered; nothing is overwritten.
  const keepAll = (button) => {
    const wanted = new Set([...store.remembered, ...found]).size;
    store.keep([...store.remembered, ...found]);
    const status = list.querySelector(".shortlist__said");
    status.textContent = button.dataset[wanted > store.most ? "full" : "kept"];
    status.focus();
  };

  list.addEventListener("click", (event) => {
    const button = event.target.closest("button, [data-forget]");
    if (!button) return;
    if (button.matches("[data-print]")) window.print();
    else if (button.closest(".shortlist__offer")) keepAll(button);
    else if (button.closest(".shortlist__clear")) {
      isLeaving = true;
      store.keep([]);
      window.location.assign(address([])); // the way back leads to the list, which can be kept again
    } else if (button.dataset.forget && isOwn) {
      event.preventDefault();
      store.keep(store.remembered.filter((slug) => slug !== button.dataset.forget));
    }
  });
})();
