// What a form for enquiries does beyond asking: it counts a message's characters, and goes along into another language.
"use strict";

(() => {
  const FEW = 200; // characters left, from which on they are told aloud
  const KEY = "enquiry";
  const form = document.querySelector(".enquiry__form");

  const startCount = (field) => {
    const number = new Intl.NumberFormat(document.documentElement.lang);
    const seen = document.createElement("p");
    const told = document.createElement("p");
    let pause;
    seen.className = "field__count";
    told.className = "visually-hidden";
    told.setAttribute("role", "status");
    field.after(seen, told);
    const count = () => {
      const left = field.maxLength - field.value.length;
      seen.textContent = `${number.format(field.value.length)} / ${number.format(field.maxLength)}`;
      clearTimeout(pause);
      // Not at every key: whoever listens wants to hear what is typed.
      pause = setTimeout(() => {
        told.textContent = left < FEW ? seen.textContent : "";
      }, 1000);
    };
    field.addEventListener("input", count);
    count();
  };

  // A file cannot be taken along, and the browser asks no one to give it up.
  const typed = () => [...new FormData(form)].filter(([, value]) => typeof value === "string");

  const takeAlong = () => {
    try {
      window.sessionStorage.setItem(KEY, JSON.stringify(typed()));
    } catch {
      // A browser that keeps nothing: the form begins anew.
    }
  };

  const bringBack = () => {
    let brought = [];
    try {
      brought = JSON.parse(window.sessionStorage.getItem(KEY)) ?? [];
      window.sessionStorage.removeItem(KEY);
    } catch {
      return;
    }
    for (const [name, value] of brought) {
      for (const field of form.querySelectorAll(`[name="${CSS.escape(name)}"]`)) {
        if (field.type === "radio" || field.type === "checkbox") field.checked = field.value === value;
        else if (field.type !== "file") field.value = value;
      }
    }
  };

  bringBack();
  for (const field of form.querySelectorAll("textarea[maxlength]")) startCount(field);
  for (const link of document.querySelectorAll("a[hreflang]")) link.addEventListener("click", takeAlong);
})();
