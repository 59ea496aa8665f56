// One language switch for the whole form. Without JavaScript all languages stand below each other.
"use strict";

document.addEventListener("DOMContentLoaded", () => {
  const chooser = document.querySelector(".form-languages");
  if (!chooser) return;
  const radios = [...chooser.querySelectorAll("input[name=form_language]")];
  const codes = radios.map((radio) => radio.value).filter((value) => value !== "all");

  // modeltranslation gives each input a class such as mt-field-title-zh_hans.
  const languageOf = (input) => {
    const name = [...input.classList].find((one) => one.startsWith("mt-field-")) || "";
    return codes.find((code) => name.endsWith(`-${code.replace("-", "_")}`));
  };
  const rowOf = (input) => input.closest(".fieldBox, .form-row, td");

  const mark = (root) => {
    root.querySelectorAll(".mt").forEach((input) => {
      const language = languageOf(input);
      const row = language && rowOf(input);
      if (!row) return;
      row.dataset.language = language;
      input.lang = language;
    });
    // A text that may only be read has no input; its row is named after the field.
    root.querySelectorAll(".form-row:not(.form-multiline), .fieldBox").forEach((row) => {
      const text = row.querySelector(".readonly");
      const language = text && codes.find((code) => row.matches(`[class$="_${code.replace("-", "_")}"]`));
      if (!language) return;
      row.dataset.language = language;
      text.lang = language;
    });
  };

  const show = (choice) => {
    document.querySelectorAll("[data-language]").forEach((row) => {
      row.hidden = choice !== "all" && row.dataset.language !== choice;
    });
  };
  const chosen = () => chooser.querySelector("input:checked").value;

  // A language with an error must not hide it: it is marked, and shown first.
  const withErrors = () =>
    codes.filter((code) => document.querySelector(`[data-language="${code}"].errors, [data-language="${code}"] .errorlist`));

  mark(document);
  const faulty = withErrors();
  radios.forEach((radio) => radio.closest("label").classList.toggle("has-errors", faulty.includes(radio.value)));
  const stored = window.sessionStorage.getItem("form-language");
  const first = faulty[0] || (radios.some((radio) => radio.value === stored) ? stored : null);
  if (first) radios.find((radio) => radio.value === first).checked = true;
  chooser.hidden = false;
  show(chosen());

  // Django puts the cursor into the first field of a new record: into the switch, or into a language
  // that is hidden by now.
  window.addEventListener("load", () => {
    const isNew = document.getElementById("django-admin-form-add-constants")?.dataset.modelName;
    const here = document.activeElement || document.body;
    const isLost = here === document.body || here.closest("[hidden]") || chooser.contains(here);
    if (isNew && isLost) document.querySelector("[data-language]:not([hidden]) :is(input, textarea)")?.focus();
  });

  chooser.addEventListener("change", () => {
    window.sessionStorage.setItem("form-language", chosen());
    show(chosen());
  });
  document.addEventListener("formset:added", (event) => {
    mark(event.target);
    show(chosen());
  });
});
