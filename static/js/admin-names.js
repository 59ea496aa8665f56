// Gives Django's choice boxes (select2) the names of their labels, which screen readers miss there.
"use strict";

document.addEventListener("DOMContentLoaded", () => {
  const labelOf = (container) => {
    const select = container.previousElementSibling;
    return (select && select.labels && select.labels[0]) || null;
  };

  const name = (root) => {
    root.querySelectorAll(".select2-container").forEach((container) => {
      const label = labelOf(container);
      if (!label) return;
      const one = container.querySelector(".select2-selection--single");
      const search = container.querySelector(".select2-search__field");
      if (one) {
        label.id = label.id || `${label.htmlFor}_label`;
        const shown = one.querySelector(".select2-selection__rendered");
        shown.setAttribute("aria-labelledby", label.id);
        one.setAttribute("aria-labelledby", `${label.id} ${shown.id}`);
      }
      if (search) search.setAttribute("aria-label", label.textContent.replace(/:\s*$/, ""));
    });
  };

  // Queued behind the functions with which Django sets its choices up.
  window.django.jQuery(() => name(document));
  document.addEventListener("formset:added", (event) => window.setTimeout(() => name(event.target)));
});
