// Suggestions under the search fields: a combobox with a list (ARIA 1.2). Without this script, or
// if anything goes wrong, the fields are plain ones.
"use strict";

(() => {
  const PAUSE = 150; // milliseconds after the last key

  const made = (name, className, text) => {
    const one = document.createElement(name);
    if (className) one.className = className;
    if (text) one.textContent = text;
    return one;
  };

  const start = (form) => {
    if (form.dataset.started) return;
    form.dataset.started = "yes";
    const field = form.querySelector("input");
    const list = made("div", "suggestions");
    const status = made("div", "visually-hidden");
    let options = [];
    let active = -1;
    let composing = false;
    let timer = 0;
    let request = null;
    let asked = field.value.trim();

    list.id = `${field.id}-suggestions`;
    list.hidden = true;
    list.setAttribute("role", "listbox");
    list.setAttribute("aria-label", form.dataset.list);
    status.setAttribute("role", "status");
    field.setAttribute("role", "combobox");
    field.setAttribute("aria-autocomplete", "list");
    field.setAttribute("aria-controls", list.id);
    field.setAttribute("aria-expanded", "false");
    field.parentElement.append(list, status);

    const activate = (number) => {
      options[active]?.setAttribute("aria-selected", "false");
      active = number;
      const option = options[active];
      if (!option) {
        field.removeAttribute("aria-activedescendant");
        return;
      }
      option.setAttribute("aria-selected", "true");
      option.scrollIntoView({ block: "nearest" });
      field.setAttribute("aria-activedescendant", option.id);
    };

    const close = () => {
      activate(-1);
      list.hidden = true;
      field.setAttribute("aria-expanded", "false");
    };

    const forget = () => {
      clearTimeout(timer);
      request?.abort();
      request = null;
    };

    const option = (one) => {
      const row = made("div", "suggestions__one", one.title);
      row.id = `${list.id}-${options.length}`;
      row.lang = one.language;
      if (!one.language) row.removeAttribute("lang");
      row.dataset.address = one.address;
      row.setAttribute("role", "option");
      row.setAttribute("aria-selected", "false");
      options.push(row);
      return row;
    };

    // By kind, in the order in which the best of each kind comes.
    const show = (suggestions) => {
      close();
      options = [];
      const groups = new Map();
      for (const one of suggestions) {
        if (!groups.has(one.kind)) {
          const heading = made("div", "suggestions__kind", one.kind);
          heading.id = `${list.id}-kind-${groups.size}`;
          const group = made("div");
          group.setAttribute("role", "group");
          group.setAttribute("aria-labelledby", heading.id);
          group.append(heading);
          groups.set(one.kind, [group, []]);
        }
        groups.get(one.kind)[1].push(one);
      }
      for (const [group, some] of groups.values()) group.append(...some.map(option));
      list.replaceChildren(...[...groups.values()].map(([group]) => group));
      list.hidden = !options.length;
      field.setAttribute("aria-expanded", String(options.length > 0));
      const words = { 0: form.dataset.none, 1: form.dataset.one }[options.length] || form.dataset.many;
      status.textContent = words.replace("{n}", options.length);
    };

    const ask = async () => {
      const words = field.value.trim();
      if (composing || words === asked) return;
      asked = words;
      request?.abort();
      if (!words) {
        close();
        status.textContent = "";
        return;
      }
      const own = (request = new AbortController());
      try {
        const address = `${form.dataset.suggestions}?${new URLSearchParams({ q: words })}`;
        const answer = await fetch(address, { signal: own.signal });
        if (!answer.ok) return;
        const { suggestions } = await answer.json();
        if (own === request && document.activeElement === field) show(suggestions);
      } catch {
        // Nothing to suggest then: the field itself works.
      }
    };

    const soon = () => {
      clearTimeout(timer);
      timer = setTimeout(ask, PAUSE);
    };

    const go = (row) => {
      forget();
      window.location.assign(row.dataset.address);
    };

    field.addEventListener("compositionstart", () => {
      composing = true;
      forget();
    });
    field.addEventListener("compositionend", () => {
      composing = false;
      soon();
    });
    field.addEventListener("input", () => {
      activate(-1);
      if (!composing) soon();
    });
    field.addEventListener("keydown", (event) => {
      if (composing || event.isComposing) return;
      const open = !list.hidden;
      if (event.key === "ArrowDown" || event.key === "ArrowUp") {
        if (!options.length) return;
        event.preventDefault();
        if (!open) {
          list.hidden = false;
          field.setAttribute("aria-expanded", "true");
        }
        // One step beyond either end is the field itself.
        const size = options.length + 1;
        const step = event.key === "ArrowDown" ? 1 : -1;
        activate(((active + 1 + step + size) % size) - 1);
      } else if (event.key === "Enter" && open && options[active]) {
        event.preventDefault();
        go(options[active]);
      } else if (event.key === "Escape") {
        if (!open && !field.value) return;
        event.preventDefault();
        forget();
        if (open) {
          close();
        } else {
          field.value = asked = "";
          options = [];
        }
      } else if (["Home", "End", "ArrowLeft", "ArrowRight"].includes(event.key)) {
        activate(-1);
      }
    });
    field.addEventListener("blur", () => {
      forget();
      asked = null;
      close();
    });
    form.addEventListener("submit", forget);

    // The field keeps the focus while one is chosen with the pointer.
    list.addEventListener("mousedown", (event) => event.preventDefault());
    list.addEventListener("click", (event) => {
      const row = event.target.closest("[role=option]");
      if (row) go(row);
    });
  };

  document.querySelectorAll("form[data-suggestions]").forEach(start);
})();
