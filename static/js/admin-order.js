// Parts of a record and rows of a list in another order: dragged by a handle, or moved by buttons.
// The numbers stay fields of the form, which keeps them; without JavaScript they are typed.
"use strict";

document.addEventListener("DOMContentLoaded", () => {
  const template = document.getElementById("order-controls");
  if (!template) return;
  const words = template.dataset;
  const [controlsOf, barOf] = [...template.content.children].map((one) => () => one.cloneNode(true));

  // Where dragging scrolls: near the window's edges, and the bars that stand at them.
  const edges = () => {
    const [head, foot] = [".form-languages", ".submit-row"].map((one) => document.querySelector(one));
    const third = window.innerHeight / 3;
    return {
      top: Math.min(60 + (head ? head.getBoundingClientRect().bottom : 0), third),
      bottom: window.innerHeight - Math.min(60 + (foot ? foot.offsetHeight : 0), third),
    };
  };

  const status = document.createElement("div");
  status.className = "visually-hidden";
  status.setAttribute("role", "status");
  document.getElementById("content-main").append(status);

  const numberOf = (item) =>
    [...item.querySelectorAll("input[name$=-order]")].find((input) => /-\d+-order$/.test(input.name));
  const said = (text, values) => text.replace(/\{(\w+)\}/g, (_, name) => values[name]);

  // A new part in which nothing was entered must stay as it came: Django then leaves it out.
  const isUntouched = (item) =>
    [...item.querySelectorAll("input, select, textarea")].every((field) => {
      if (field === numberOf(item) || field.type === "hidden") return true;
      if (field.tagName !== "SELECT") {
        return field.value === field.defaultValue && field.checked === field.defaultChecked;
      }
      const given = [...field.options].findIndex((option) => option.defaultSelected);
      return field.multiple ? field.selectedIndex < 0 : field.selectedIndex <= Math.max(given, 0);
    });
  const isDeleted = (item) => item.querySelector("input[name$=-DELETE]:checked") !== null;

  // What differs between the parts of a form and the rows of a list is told by their functions:
  // items() in their order, nameOf(item), place(item, controls), moved().
  const arrange = ({ root, items, nameOf, place, moved = () => {} }) => {
    const added = new Set();
    let isMoved = false;

    const number = () => {
      let n = 0;
      items().forEach((item) => {
        if (isDeleted(item) || (added.has(item) && isUntouched(item))) return;
        n += 1;
        numberOf(item).value = n;
      });
    };
    const refresh = () => {
      const list = items();
      list.forEach((item, at) => {
        item.querySelectorAll(".order-controls__step").forEach((button) => {
          const up = button.dataset.step === "-1";
          button.setAttribute("aria-label", said(up ? words.up : words.down, { name: nameOf(item) }));
          button.setAttribute("aria-disabled", at === (up ? 0 : list.length - 1));
        });
      });
    };
    const announce = (item) => {
      const list = items();
      const values = { name: nameOf(item), n: list.indexOf(item) + 1, all: list.length };
      status.textContent = "";
      window.setTimeout(() => {
        status.textContent = said(words.moved, values);
      }, 50); // the same words twice are said twice
    };
    const finish = (item) => {
      isMoved = true;
      number();
      refresh();
      announce(item);
      moved();
    };

    // The neighbour goes round the item, which stays where the focus and the pointer are.
    const swap = (item, step) => {
      const list = items();
      const other = list[list.indexOf(item) + step];
      if (other) item[step < 0 ? "after" : "before"](other);
      return Boolean(other);
    };
    const put = (list, before) => list.forEach((item) => item.parentElement.insertBefore(item, before));

    const drag = (item, handle, event) => {
      const [was, end] = [items(), items().at(-1).nextSibling];
      const [grabbed, wasOpen] = [event.clientY, !root.classList.contains("is-arranging")];
      let top = item.getBoundingClientRect().top;
      let pointer = grabbed;
      let timer = 0;
      // Titles only while dragging, with the dragged one still under the pointer.
      const fold = (folded) => {
        top = item.getBoundingClientRect().top;
        document.documentElement.classList.toggle("is-dragging", folded);
        item.classList.toggle("is-dragged", folded);
        if (wasOpen) root.classList.toggle("is-arranging", folded);
        window.scrollBy({ top: item.getBoundingClientRect().top - top, behavior: "instant" });
        top = item.getBoundingClientRect().top;
      };
      fold(true);
      const offset = Math.min(Math.max(grabbed - top, 0), item.offsetHeight);
      const follow = () => {
        item.style.transform = "";
        const middleOf = (one) => one.getBoundingClientRect().top + one.offsetHeight / 2;
        const middle = pointer - offset + item.offsetHeight / 2;
        for (const step of [-1, 1]) {
          const next = () => items()[items().indexOf(item) + step];
          while (next() && (step < 0 ? middle < middleOf(next()) : middle > middleOf(next()))) swap(item, step);
        }
        item.style.transform = `translateY(${pointer - offset - item.getBoundingClientRect().top}px)`;
      };
      const scroll = () => {
        const { top: upper, bottom } = edges();
        const beyond = Math.min(pointer - upper, 0) + Math.max(pointer - bottom, 0);
        if (beyond) {
          window.scrollBy({ top: beyond / 6, behavior: "instant" });
          follow();
        }
        timer = window.requestAnimationFrame(scroll);
      };
      const stop = (kept) => {
        window.cancelAnimationFrame(timer);
        listeners.abort();
        item.style.transform = "";
        if (!kept) put(was, end);
        fold(false);
        if (items().some((one, at) => one !== was[at])) finish(item);
      };
      const listeners = new AbortController();
      const on = (target, name, does) => target.addEventListener(name, does, { signal: listeners.signal });
      handle.setPointerCapture(event.pointerId);
      on(handle, "pointermove", (now) => {
        pointer = now.clientY;
        follow();
      });
      on(handle, "pointerup", () => stop(true));
      on(handle, "pointercancel", () => stop(false));
      on(document, "keydown", (key) => key.key === "Escape" && stop(false));
      timer = window.requestAnimationFrame(scroll);
    };

    const equip = (item) => {
      const input = numberOf(item);
      const row = input.closest(".fieldBox, .form-row") || input;
      row.hidden = !row.matches(".errors") && !row.querySelector(".errorlist");
      const controls = controlsOf();
      const handle = controls.querySelector(".order-controls__handle");
      handle.addEventListener("pointerdown", (event) => {
        if (event.button !== 0) return;
        event.preventDefault();
        drag(item, handle, event);
      });
      controls.addEventListener("click", (event) => {
        const button = event.target.closest("button");
        if (!button) return;
        if (swap(item, Number(button.dataset.step))) finish(item);
        else announce(item);
        button.scrollIntoView({ block: "nearest" });
      });
      place(item, controls);
    };

    // After a form that was refused, the parts stand in the order of their fields again.
    const list = items();
    const rank = (item) => Number(numberOf(item).value) || (item.matches(".has_original, tr") ? 0 : Infinity);
    if (list.length) put([...list].sort((a, b) => rank(a) - rank(b)), list.at(-1).nextSibling);
    list.forEach(equip);
    refresh();
    root.addEventListener("input", refresh);
    root.closest("form").addEventListener("submit", () => (isMoved || added.size) && number());
    return {
      add: (item) => {
        added.add(item);
        equip(item);
        refresh();
      },
      // Django renumbers the fields as they stand: saved parts must come first while it does.
      remove: (before) => {
        const shown = items();
        const index = (item) => Number(item.id.match(/\d+$/)[0]);
        put([...shown].sort((a, b) => index(a) - index(b)), before);
        window.setTimeout(() => {
          put(shown, before);
          refresh();
        });
      },
    };
  };

  // --- the parts of a record --------------------------------------------------------------------
  const parts = (group) => {
    const empty = group.querySelector(".inline-related.empty-form");
    const items = () => [...group.querySelectorAll(".inline-related:not(.empty-form)")];
    const bar = barOf();
    const toggle = bar.querySelector("button");
    const offer = () => {
      bar.hidden = items().length < 2;
    };
    const fold = (folded) => {
      group.classList.toggle("is-arranging", folded);
      toggle.setAttribute("aria-pressed", folded);
    };
    const series = arrange({
      root: group,
      items,
      nameOf: (item) => {
        const label = item.querySelector(".inline_label").cloneNode(true);
        label.querySelectorAll("a").forEach((link) => link.remove());
        const text = label.textContent.trim();
        const written = [...item.querySelectorAll("input.mt[type=text]")].find((one) => one.value.trim());
        const kind = item.querySelector("h3 b").textContent.replace(/[:：]\s*$/, "");
        return /^#\d+$/.test(text) ? (written && written.value.trim()) || `${kind} ${text}` : text;
      },
      place: (item, controls) => item.prepend(controls),
    });
    toggle.addEventListener("click", () => fold(toggle.getAttribute("aria-pressed") !== "true"));
    const first = items()[0] || empty;
    first.before(bar);
    offer();
    document.addEventListener("formset:added", (event) => {
      if (!group.contains(event.target)) return;
      fold(false);
      series.add(event.target);
      offer();
    });
    document.addEventListener("formset:removed", (event) => {
      if (`${event.detail.formsetName}-group` !== group.id) return;
      series.remove(empty);
      offer();
    });
  };
  const arrangeParts = () =>
    document.querySelectorAll(".inline-group[data-inline-type=stacked]").forEach((group) => {
      if (group.querySelector("input[name$=-order]")) parts(group);
    });
  // After Django's own script, which puts a part's "remove" into whatever comes first in it.
  if (window.django?.jQuery) window.django.jQuery(arrangeParts);
  else arrangeParts();

  // --- the rows of a list -----------------------------------------------------------------------
  const table = document.getElementById("result_list");
  if (table && table.querySelector("tbody input[name$=-order]")) {
    const notice = document.querySelector(".order-notice");
    table.querySelectorAll("th.column-order").forEach((one) => one.parentElement.prepend(one));
    arrange({
      root: table,
      items: () => [...table.tBodies[0].rows],
      nameOf: (row) => row.querySelector("th").textContent.trim(),
      place: (row, controls) => {
        const cell = numberOf(row).closest("td");
        cell.append(controls);
        row.prepend(cell);
      },
      moved: () => {
        notice.hidden = false;
      },
    });
  }
});
