// Asks before a form is left whose changes are not saved: by a link, by another language, by closing.
"use strict";

document.addEventListener("DOMContentLoaded", () => {
  const form = document.querySelector("#content-main form[id$=_form], #changelist-form");
  if (!form) return;
  // What would be sent, rather than events: Django's choice boxes report changes that are none.
  const passing = ["form_language", "beside", "action", "select_across", "_selected_action"];
  const content = () =>
    JSON.stringify(
      [...new FormData(form)]
        .filter(([name]) => !passing.includes(name))
        .map(([name, value]) => [name, typeof value === "string" ? value : value.name])
    );
  const refused = document.querySelector(".errornote") !== null;
  const saved = content();
  let sent = false;
  form.addEventListener("submit", () => {
    sent = true;
  });
  window.addEventListener("beforeunload", (event) => {
    if (!sent && (refused || content() !== saved)) event.preventDefault();
  });
});
