// Asks before a form is left whose changes are not saved: by a link, by another language, by closing.
"use strict";

// Once all is loaded: while Django's choice boxes are set up, they report changes that are none.
window.addEventListener("load", () => {
  const form = document.querySelector("#content-main form[id$=_form]");
  if (!form) return;
  let unsaved = document.querySelector(".errornote") !== null;
  // Through jQuery, which the choice boxes tell of their changes in its own way.
  window.django.jQuery(form).on("change input formset:added formset:removed", (event) => {
    if (event.target.name !== "form_language") unsaved = true;
  });
  form.addEventListener("submit", () => {
    unsaved = false;
  });
  window.addEventListener("beforeunload", (event) => {
    if (unsaved) event.preventDefault();
  });
});
