// SPDX-License-Identifier: MIT
// Dark or light: as the system says, until the reader says otherwise. Runs before anything is shown.
(function () {
  "use strict";
  var root = document.documentElement;
  function remembered() {
    try { return localStorage.getItem("theme"); } catch (e) { return null; }
  }
  var theme = remembered();
  if (theme === "dark" || theme === "light") root.dataset.theme = theme;
  document.addEventListener("DOMContentLoaded", function () {
    var button = document.getElementById("theme");
    var system = matchMedia("(prefers-color-scheme: dark)");
    function dark() { return root.dataset.theme ? root.dataset.theme === "dark" : system.matches; }
    function label() { button.textContent = dark() ? "Light" : "Dark"; button.setAttribute("aria-label", "Show this site " + (dark() ? "light" : "dark")); }
    button.addEventListener("click", function () {
      root.dataset.theme = dark() ? "light" : "dark";
      try { localStorage.setItem("theme", root.dataset.theme); } catch (e) { /* not kept, then */ }
      label();
    });
    system.addEventListener("change", label);
    button.hidden = false;
    label();

    // What is on the page is shown where it has a column of its own, and folded where it stands above the text.
    var toc = document.querySelector(".toc details"), wide = matchMedia("(min-width: 78rem)");
    function unfold() { if (toc) toc.open = wide.matches; }
    wide.addEventListener("change", unfold);
    unfold();
  });
})();
