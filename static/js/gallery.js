// Shows the photos of a page large, one after the other. Without JavaScript a photo opens by itself.
"use strict";

(() => {
  const gallery = document.querySelector(".gallery");
  const dialog = document.querySelector(".lightbox");
  if (!gallery || !dialog) return;
  const links = [...gallery.querySelectorAll("a")];
  const stage = dialog.querySelector("figure");
  let shown = 0;

  const show = (index) => {
    shown = (index + links.length) % links.length;
    const picture = links[shown].querySelector("picture").cloneNode(true);
    picture.querySelectorAll("source").forEach((source) => source.setAttribute("sizes", "95vw"));
    picture.querySelector("img").removeAttribute("loading");
    const caption = links[shown].closest("figure").querySelector("figcaption");
    stage.replaceChildren(picture, ...(caption ? [caption.cloneNode(true)] : []));
    dialog.querySelector(".lightbox__count").textContent = `${shown + 1} / ${links.length}`;
  };

  links.forEach((link, index) => {
    link.addEventListener("click", (event) => {
      if (event.ctrlKey || event.metaKey || event.shiftKey) return;
      event.preventDefault();
      show(index);
      dialog.showModal();
    });
  });
  dialog.addEventListener("click", (event) => {
    const step = event.target.closest("[data-step]");
    if (step) show(shown + Number(step.dataset.step));
    else if (event.target === dialog || event.target.closest(".lightbox__close")) dialog.close();
  });
  dialog.addEventListener("keydown", (event) => {
    if (event.key === "ArrowLeft") show(shown - 1);
    if (event.key === "ArrowRight") show(shown + 1);
  });
  dialog.addEventListener("close", () => links[shown].focus());
})();
