// File inputs of forms: drop, preview, what is wrong said before anything is sent, and the focal
// point chosen on the picture. Without JavaScript the input, the stored picture and two numbers do it.
"use strict";

window.portalFiles = (() => {
  const language = document.documentElement.lang;
  const rounded = new Intl.NumberFormat(language, { maximumFractionDigits: 1 });
  const PREVIEW = 960; // pixels
  const STEP = 5; // per cent, as in guizhou_portal/pictures/focus.py

  const fill = (words, values) => words.replace(/\{(\w+)\}/g, (all, name) => values[name] ?? all);
  const quoted = (name) => (language.startsWith("de") ? `„${name}“` : `“${name}”`);
  const inWords = (bytes) =>
    bytes < 2 ** 20 ? `${rounded.format(bytes / 1024)} KB` : `${rounded.format(bytes / 2 ** 20)} MB`;

  // What is wrong with a file, in words; nothing if it may be sent.
  const complaint = (file, words) => {
    const values = { name: quoted(file.name), size: inWords(file.size) };
    const name = file.name.toLowerCase();
    if (!words.endings.split(" ").some((ending) => name.endsWith(ending))) return fill(words.wrongKind, values);
    if (file.size > Number(words.maxBytes)) return fill(words.tooLarge, values);
    return "";
  };

  // A picture as a canvas: drawn here, it needs no address that a page's policy would have to allow.
  const drawn = async (file) => {
    const bitmap = await createImageBitmap(file);
    const { width, height } = bitmap;
    const scale = Math.min(1, PREVIEW / Math.max(width, height));
    const canvas = document.createElement("canvas");
    canvas.width = Math.max(1, Math.round(width * scale));
    canvas.height = Math.max(1, Math.round(height * scale));
    canvas.getContext("2d").drawImage(bitmap, 0, 0, canvas.width, canvas.height);
    bitmap.close();
    return { canvas, width, height };
  };
  const copy = (canvas) => {
    const other = canvas.cloneNode();
    other.getContext("2d").drawImage(canvas, 0, 0);
    return other;
  };

  const carriesFiles = (event) => [...(event.dataTransfer?.types ?? [])].includes("Files");

  // Files dropped on `zone` are chosen in `input`.
  const takeDrops = (zone, input) => {
    zone.addEventListener("dragover", (event) => {
      if (!carriesFiles(event)) return;
      event.preventDefault();
      zone.classList.add("is-over");
    });
    zone.addEventListener("dragleave", (event) => {
      if (!zone.contains(event.relatedTarget)) zone.classList.remove("is-over");
    });
    zone.addEventListener("drop", (event) => {
      zone.classList.remove("is-over");
      if (!carriesFiles(event) || !event.dataTransfer.files.length) return;
      event.preventDefault();
      const taken = new DataTransfer();
      const files = [...event.dataTransfer.files];
      (input.multiple ? files : files.slice(0, 1)).forEach((file) => taken.items.add(file));
      input.files = taken.files;
      input.dispatchEvent(new Event("change", { bubbles: true }));
    });
  };
  // Dropped beside a zone, a file would replace the page and what was typed in it.
  ["dragover", "drop"].forEach((name) =>
    document.addEventListener(name, (event) => {
      if (carriesFiles(event)) event.preventDefault();
    })
  );

  // --- focal point ------------------------------------------------------------------------------
  const equipFocus = (field, input) => {
    const stage = field.querySelector(".file-field__stage");
    const numbers = ["x", "y"].map((axis) => input.form.elements[`${input.name}_focus_${axis}`]);
    if (!stage || numbers.some((one) => !one)) return () => {};
    const marker = document.createElement("button");
    marker.type = "button";
    marker.className = "file-field__marker";
    stage.append(marker);
    const within = (value) => Math.min(100, Math.max(0, Math.round(value)));
    const values = () => numbers.map((one) => within(one.value === "" ? 50 : Number(one.value) || 0));

    const row = numbers[0].closest(".form-row");
    const pictures = field.querySelector(".file-field__pictures");

    const show = () => {
      // Without a picture there is no point to choose.
      row.hidden = pictures.hidden && !row.querySelector(".errorlist");
      const [x, y] = values();
      marker.style.left = `${x}%`;
      marker.style.top = `${y}%`;
      marker.setAttribute("aria-label", fill(field.dataset.focus, { x, y }));
      const steps = [x, y].map((value) => STEP * Math.floor((value + 2) / STEP));
      field.querySelectorAll(".crop > *").forEach((one) => {
        one.className = ["x", "y"].map((axis, index) => `focus-${axis}-${steps[index]}`).join(" ");
      });
    };
    const set = (...point) => {
      numbers.forEach((one, index) => {
        one.value = within(point[index]);
      });
      show();
    };
    const setFrom = (event) => {
      const box = stage.getBoundingClientRect();
      set(((event.clientX - box.left) / box.width) * 100, ((event.clientY - box.top) / box.height) * 100);
    };
    stage.addEventListener("pointerdown", (event) => {
      if (event.pointerType !== "mouse") return; // a finger may be about to scroll: its tap counts
      event.preventDefault();
      stage.setPointerCapture(event.pointerId);
      marker.focus();
      setFrom(event);
    });
    stage.addEventListener("pointermove", (event) => {
      if (stage.hasPointerCapture(event.pointerId)) setFrom(event);
    });
    stage.addEventListener("click", (event) => {
      if (event.detail > 0) setFrom(event); // not the marker's own, by the keyboard
    });
    const ARROWS = { ArrowLeft: [-STEP, 0], ArrowRight: [STEP, 0], ArrowUp: [0, -STEP], ArrowDown: [0, STEP] };
    marker.addEventListener("keydown", (event) => {
      const arrow = ARROWS[event.key];
      if (!arrow) return;
      event.preventDefault();
      set(...values().map((value, index) => value + arrow[index]));
    });
    numbers.forEach((one) => one.addEventListener("input", show));
    show();
    return show;
  };

  // --- one field --------------------------------------------------------------------------------
  const equip = (field) => {
    const input = field.querySelector("input[type=file]");
    if (!input || field.dataset.equipped || field.closest(".empty-form")) return;
    field.dataset.equipped = "1";
    const message = field.querySelector(".file-field__message");
    const pictures = field.querySelector(".file-field__pictures");
    const stored = pictures?.querySelector(".file-field__stage img");
    const kept = field.querySelector(".file-field__kept");
    field.querySelector(".file-field__hint").hidden = false;
    takeDrops(field, input);
    const showFocus = equipFocus(field, input);

    const show = (picture) => {
      pictures.hidden = !picture;
      const stage = pictures.querySelector(".file-field__stage");
      stage.querySelector("img, canvas")?.remove();
      if (picture) stage.prepend(picture);
      pictures.querySelectorAll(".crop").forEach((crop) => {
        const small = picture && (picture.matches("canvas") ? copy(picture) : picture.cloneNode());
        if (small && small.matches("img")) small.alt = "";
        crop.replaceChildren(...(small ? [small] : []));
      });
      showFocus();
    };
    // What the form has kept gives way to a file that is chosen instead.
    const showKept = () => {
      if (kept) kept.hidden = input.files.length > 0;
    };
    const refuse = (words) => {
      input.value = "";
      showKept();
      message.textContent = words;
      message.classList.add("is-wrong");
      if (pictures) show(stored);
    };

    input.addEventListener("change", async () => {
      const file = input.files[0];
      showKept();
      message.textContent = "";
      message.classList.remove("is-wrong");
      if (!file) {
        if (pictures) show(stored);
        return;
      }
      const wrong = complaint(file, field.dataset);
      if (wrong) {
        refuse(wrong);
        return;
      }
      let facts = inWords(file.size);
      if (pictures) {
        try {
          const { canvas, width, height } = await drawn(file);
          if (input.files[0] !== file) return;
          if (width * height > Number(field.dataset.maxPixels)) {
            refuse(fill(field.dataset.tooManyPixels, { name: quoted(file.name) }));
            return;
          }
          canvas.setAttribute("role", "img");
          canvas.setAttribute("aria-label", file.name);
          facts += `, ${width} × ${height}`;
          show(canvas);
        } catch {
          show(null);
          message.textContent = fill(field.dataset.noPreview, { name: quoted(file.name) });
          return;
        }
      }
      message.textContent = fill(field.dataset.chosen, { name: quoted(file.name), facts });
    });
  };

  const equipAll = (root) => root.querySelectorAll(".file-field").forEach(equip);
  document.addEventListener("DOMContentLoaded", () => equipAll(document));
  document.addEventListener("formset:added", (event) => equipAll(event.target));
  return { complaint, drawn, fill, inWords, quoted, takeDrops };
})();
