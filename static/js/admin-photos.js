// Several photos at once: uploaded one by one, each answered with the row that describes it.
// Without JavaScript all of them are sent together, and the page comes back with the rows.
"use strict";

document.addEventListener("DOMContentLoaded", () => {
  const form = document.querySelector("#several_photos_form");
  if (!form) return;
  const words = form.dataset;
  const { complaint, fill, quoted, takeDrops } = window.portalFiles;
  const input = form.querySelector("#id_files");
  const rows = form.querySelector("#photo-rows");
  const total = form.elements["photos-TOTAL_FORMS"];
  const status = form.querySelector(".photos-status");
  const errors = form.querySelector(".photos-errors");
  let waiting = [];
  let busy = false;

  form.querySelector("[name=upload]").hidden = true;
  form.querySelector(".file-field__hint").hidden = false;
  takeDrops(form.querySelector("#photos-drop"), input);

  const complain = (text) => {
    const line = document.createElement("li");
    line.textContent = text;
    errors.append(line);
  };

  const upload = async (file) => {
    const sent = new FormData();
    ["csrfmiddlewaretoken", "credit", "licence"].forEach((name) => sent.append(name, form.elements[name].value));
    sent.append("index", total.value);
    sent.append("files", file);
    const answer = await fetch(words.upload, { method: "POST", body: sent });
    const { row, error } = await answer.json();
    if (error) {
      complain(error);
      return false;
    }
    const holder = document.createElement("template");
    holder.innerHTML = row;
    const added = holder.content.firstElementChild;
    rows.append(added);
    total.value = Number(total.value) + 1;
    added.dispatchEvent(new CustomEvent("formset:added", { bubbles: true }));
    return true;
  };

  const work = async () => {
    busy = true;
    let done = 0;
    for (let n = 0; n < waiting.length; n += 1) {
      const file = waiting[n];
      const values = { n: n + 1, all: waiting.length, name: quoted(file.name) };
      status.textContent = fill(words.progress, values);
      try {
        done += (await upload(file)) ? 1 : 0;
      } catch {
        complain(fill(words.failed, values)); // the network, or an answer that is none of ours
      }
    }
    status.textContent = fill(words.done, { n: done, all: waiting.length });
    waiting = [];
    busy = false;
  };

  input.addEventListener("change", () => {
    if (!busy) errors.replaceChildren();
    [...input.files].forEach((file) => {
      const wrong = complaint(file, words);
      if (wrong) complain(wrong);
      else waiting.push(file);
    });
    input.value = "";
    if (!busy && waiting.length) work();
  });
  form.addEventListener(
    "submit",
    (event) => {
      if (!busy) return;
      event.preventDefault();
      event.stopImmediatePropagation(); // nothing is sent: leaving still asks
      status.textContent = words.busy;
    },
    true
  );
});
