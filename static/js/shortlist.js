// The projects a visitor remembers, kept in this browser alone. Without JavaScript a list opens by its address.
"use strict";

(() => {
  const KEY = "shortlist";
  const MOST = 50;
  const SLUG = /^[-a-zA-Z0-9_]{1,80}$/;
  const LONGEST = 10_000; // characters: more was not written by this script

  const link = document.querySelector(".shortlist-link");
  if (!link) return;
  let remembered = [];

  const clean = (slugs) => [...new Set(slugs)].filter((slug) => typeof slug === "string" && SLUG.test(slug)).slice(0, MOST);

  const read = () => {
    try {
      const text = window.localStorage.getItem(KEY) ?? "[]";
      remembered = text.length > LONGEST ? [] : clean(JSON.parse(text));
    } catch (error) {
      // What another hand wrote is not believed; a browser that keeps nothing has what this page remembers.
      if (!(error instanceof DOMException)) remembered = [];
    }
  };

  const keep = (slugs) => {
    remembered = clean(slugs);
    try {
      if (remembered.length) window.localStorage.setItem(KEY, JSON.stringify(remembered));
      else window.localStorage.removeItem(KEY);
    } catch {
      // Forbidden or full: the list then holds for this page.
    }
    paint();
  };

  const paint = () => {
    const count = link.querySelector(".shortlist-link__count");
    count.textContent = remembered.length;
    count.hidden = !remembered.length;
    // A copy of the site has no page of the list: the portal opens it by its address.
    if (link.host !== window.location.host) link.search = remembered.map((slug) => `project=${slug}`).join("&");
    for (const button of document.querySelectorAll(".remember")) {
      button.setAttribute("aria-pressed", String(remembered.includes(button.dataset.project)));
    }
    // For the page of the list itself: shortlist-page.js.
    document.dispatchEvent(new CustomEvent("shortlist", { detail: { remembered, keep, most: MOST } }));
  };

  document.addEventListener("click", (event) => {
    const button = event.target.closest(".remember");
    if (!button) return;
    const slug = button.dataset.project;
    let words = link.dataset.kept;
    if (remembered.includes(slug)) {
      words = link.dataset.dropped;
      keep(remembered.filter((one) => one !== slug));
    } else if (remembered.length < MOST) keep([...remembered, slug]);
    else words = link.dataset.full;
    const title = button.querySelector(".remember__title").textContent;
    document.querySelector(".shortlist-said").textContent = words.replace("{title}", () => title);
  });

  const refresh = () => {
    read();
    paint();
  };
  window.addEventListener("storage", (event) => {
    if (event.key === KEY || event.key === null) refresh();
  });
  // A page out of the browser's memory heard of no change.
  window.addEventListener("pageshow", (event) => {
    if (event.persisted) refresh();
  });
  refresh();
})();
