// Help for writing in three languages: another language beside the form's, texts copied from there,
// and how much of a title or summary a search result shows.
"use strict";

document.addEventListener("DOMContentLoaded", () => {
  const chooser = document.querySelector(".form-languages");
  if (!chooser) return;
  const form = chooser.closest("form");
  const beside = chooser.querySelector("select[name=beside]");
  const words = chooser.dataset;
  const names = Object.fromEntries(
    [...beside.options].filter((one) => one.value).map((one) => [one.value, one.textContent])
  );

  // "title_zh_hans" of any form or part of it: its text, and the same text in other languages.
  const parse = (input) => {
    const found = input.name.match(/^(.*)_(de|en|zh_hans)$/);
    return found && { base: found[1], language: found[2].replace("_", "-") };
  };
  const inLanguage = (input, language) =>
    form.elements[`${parse(input).base}_${language.replace("-", "_")}`];

  // --- another language beside it ---------------------------------------------------------------
  const pair = () => {
    const chosen = chooser.querySelector("input:checked").value;
    const other = chosen === "all" || beside.value === chosen ? "" : beside.value;
    form.classList.toggle("is-paired", other !== "");
    form.querySelectorAll("[data-language]").forEach((row) => {
      if (other && row.dataset.language === other) row.hidden = false;
    });
  };
  const stored = window.sessionStorage.getItem("form-beside");
  if (stored && stored in names) beside.value = stored;
  beside.addEventListener("change", () => window.sessionStorage.setItem("form-beside", beside.value));
  // After the switch, which has shown its own language alone.
  chooser.addEventListener("change", pair);

  // --- how much of it a search result shows -----------------------------------------------------
  const LIMITS = { title: 60, summary: 155 };
  const limitOf = (input) => {
    const { base, language } = parse(input);
    const limit = LIMITS[base.replace(/^.*-/, "")];
    return limit && Math.round(language === "zh-hans" ? limit / 2 : limit);
  };
  const count = (input, output) => {
    const limit = limitOf(input);
    const length = [...input.value.trim()].length;
    output.textContent = words.count.replace("{n}", length).replace("{limit}", limit);
    output.classList.toggle("is-long", length > limit);
  };

  // --- copied from another language -------------------------------------------------------------
  const offer = (input, copies) => {
    copies.replaceChildren();
    if (input.value.trim()) return;
    Object.keys(names).forEach((language) => {
      const source = inLanguage(input, language);
      if (!source || source === input || !source.value.trim()) return;
      const button = document.createElement("button");
      button.type = "button";
      button.className = "copy-text";
      button.textContent = words.copy.replace("{language}", names[language]);
      button.addEventListener("click", () => {
        input.value = source.value;
        input.dispatchEvent(new Event("input", { bubbles: true }));
        input.focus();
      });
      copies.append(button);
    });
  };

  const equip = (root) => {
    root.querySelectorAll("input.mt, textarea.mt").forEach((input) => {
      if (input.type === "file" || input.dataset.equipped || !parse(input)) return;
      input.dataset.equipped = "1";
      const copies = document.createElement("div");
      copies.className = "copy-texts";
      input.after(copies);
      if (limitOf(input)) {
        const output = document.createElement("p");
        output.className = "text-length help";
        output.id = `${input.id}_length`;
        input.after(output);
        const described = input.getAttribute("aria-describedby");
        input.setAttribute("aria-describedby", described ? `${described} ${output.id}` : output.id);
        count(input, output);
        input.addEventListener("input", () => count(input, output));
      }
      offer(input, copies);
      input.addEventListener("input", () => {
        Object.keys(names).forEach((language) => {
          const other = inLanguage(input, language);
          const list = other && other.parentElement.querySelector(".copy-texts");
          if (list) offer(other, list);
        });
      });
    });
  };

  equip(document);
  pair();
  document.addEventListener("formset:added", (event) => {
    equip(event.target);
    pair();
  });
});
