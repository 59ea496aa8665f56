// The projects a visitor remembers, kept in this browser alone. Without JavaScript a list opens by its address.
"use strict";

(() => {
  const KEY = "shortlist";
  const MOST = 50;
  const SLUG = /^[-a-zA-Z0-9_]{1,80}$/;
  const LONGEST = 10_000; // characters: more was not written by this script

  const clean = (slugs) => [...new Set(slugs)].filter((slug) => typeof slug === "string" && SLUG.test(slug)).slice(0, MOST);

  const read = () => {
    const text = window.localStorage.getItem(KEY) ?? "[]";
    if (text.length > LONGEST) return [];
    try {
      const slugs = JSON.parse(text);
      return Array.isArray(slugs) ? clean(slugs) : [];
    } catch {
      return []; // what another hand wrote is replaced when something is remembered
    }
  };

  let remembered = [];
  const reread = () => {
    try {
      remembered = read();
    } catch {
      // A browser that keeps nothing: the list then holds for this page.
    }
  };
  const keep = (slugs) => {
    remembered = clean(slugs);
    try {
      if (remembered.length) window.localStorage.setItem(KEY, JSON.stringify(remembered));
      else window.localStorage.removeItem(KEY);
    } catch {
      // See above; also when the browser's storage is full.
    }
    paint();
  };

  const link = document.querySelector(".shortlist-link");
  if (!link) return;
  const said = document.querySelector(".shortlist-said");
  const list = document.querySelector(".shortlist");
  const all = (selector) => (list ? [...list.querySelectorAll(selector)] : []);
  const same = (one, other) => one.join() === other.join();
  const address = (slugs) => link.getAttribute("href") + (slugs.length ? `?${slugs.map((slug) => `project=${slug}`).join("&")}` : "");

  // The names in the address, and what the server found under them.
  const asked = clean(new URLSearchParams(window.location.search).getAll("project"));
  const found = list ? list.dataset.projects.split(" ").filter(Boolean) : [];
  let isOwn = false;

  const paint = () => {
    const count = link.querySelector(".shortlist-link__count");
    count.textContent = remembered.length;
    count.hidden = remembered.length === 0;
    document.querySelectorAll(".remember").forEach((button) => {
      button.setAttribute("aria-pressed", String(remembered.includes(button.dataset.project)));
    });
    paintList();
  };

  const paintList = () => {
    if (!found.length) return;
    isOwn = same(remembered, found);
    const known = found.every((slug) => remembered.includes(slug));
    const shown = { own: remembered.length > 0, new: !known, known };
    all("[data-when]").forEach((one) => {
      one.hidden = !shown[one.dataset.when];
    });
    all(".shortlist__offer").forEach((one) => {
      one.hidden = isOwn;
    });
    all(".shortlist__clear").forEach((one) => {
      one.hidden = !isOwn;
    });
    all(".shortlist__count").forEach((one) => {
      one.textContent = remembered.length;
    });
  };

  const toggle = (button) => {
    const slug = button.dataset.project;
    const isKept = remembered.includes(slug);
    let words = link.dataset[isKept ? "dropped" : "kept"];
    if (isKept) keep(remembered.filter((one) => one !== slug));
    else if (remembered.length < MOST) keep([...remembered, slug]);
    else words = link.dataset.full;
    said.textContent = words.replace("{title}", () => button.querySelector(".remember__title").textContent);
  };

  // What a link brought joins what is remembered; nothing is overwritten.
  const keepAll = (button) => {
    const wanted = new Set([...remembered, ...found]).size;
    keep([...remembered, ...found]);
    const status = list.querySelector(".shortlist__said");
    status.textContent = button.dataset[wanted > MOST ? "full" : "kept"];
    status.focus();
  };

  document.addEventListener("click", (event) => {
    const button = event.target.closest("button, a[data-forget]");
    if (!button) return;
    if (button.matches(".remember")) toggle(button);
    else if (button.matches("[data-print]")) window.print();
    else if (button.closest(".shortlist__offer")) keepAll(button);
    else if (button.closest(".shortlist__clear")) {
      keep([]);
      window.location.assign(address([])); // back leads to the list, which can be kept again
    } else if (button.dataset.forget && isOwn) keep(remembered.filter((slug) => slug !== button.dataset.forget));
  });

  // Another tab, or the page taken out of the browser's memory, where it heard of no change.
  const refresh = () => {
    const wasOwn = isOwn;
    reread();
    if (wasOwn && !same(remembered, found)) window.location.replace(address(remembered));
    else paint();
  };
  window.addEventListener("storage", (event) => {
    if (event.key === KEY || event.key === null) refresh();
  });
  window.addEventListener("pageshow", (event) => {
    if (event.persisted) refresh();
  });

  reread();
  if (list && !window.location.search && remembered.length) window.location.replace(address(remembered));
  // The page said which are gone, or have another name by now.
  else if (list && same(asked, remembered) && !same(found, remembered)) keep(found);
  else paint();
})();
