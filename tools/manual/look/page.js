// SPDX-License-Identifier: MIT
// What is wrong with the page as it is laid out, as a list of sentences. Evaluated by package look.
(function () {
  "use strict";
  var wrong = [];
  // Not innerWidth: a phone shows a page that is too wide from farther away.
  var screen = document.documentElement.clientWidth;
  if (document.documentElement.scrollWidth > screen) {
    var wide = Array.from(document.querySelectorAll("body *")).find(function (e) {
      return e.getBoundingClientRect().right > screen + 1 && !e.closest("pre, .scroll, .picture, .skip");
    });
    wrong.push("wider than the screen: " + document.documentElement.scrollWidth + " of " + screen + (wide ? " by <" + wide.tagName.toLowerCase() + " class=" + wide.className + "> " + wide.textContent.slice(0, 40) : ""));
  }

  // https://www.w3.org/TR/WCAG22/#contrast-minimum
  function numbers(color) { return color.match(/[\d.]+/g).map(Number); }
  function luminance(rgb) {
    var c = rgb.slice(0, 3).map(function (v) { v /= 255; return v <= 0.04045 ? v / 12.92 : Math.pow((v + 0.055) / 1.055, 2.4); });
    return 0.2126 * c[0] + 0.7152 * c[1] + 0.0722 * c[2];
  }
  function background(e) {
    for (; e; e = e.parentElement) {
      var c = numbers(getComputedStyle(e).backgroundColor);
      if (c.length === 3 || c[3] === 1) return c;
    }
    return [255, 255, 255];
  }
  var seen = {};
  document.querySelectorAll("body *").forEach(function (e) {
    var own = Array.from(e.childNodes).some(function (n) { return n.nodeType === 3 && n.textContent.trim(); });
    if (!own || e.closest("svg, [hidden]") || e.matches(".anchor, .skip, script")) return;
    var style = getComputedStyle(e), a = luminance(numbers(style.color)), b = luminance(background(e));
    var contrast = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
    var key = e.tagName + "." + e.className;
    if (contrast < 4.5 && !seen[key]) {
      seen[key] = true;
      wrong.push("contrast of " + contrast.toFixed(1) + " to 1: " + key + " " + e.textContent.trim().slice(0, 30));
    }
  });

  ["main", "nav", "header", "footer"].forEach(function (name) {
    if (!document.querySelector(name)) wrong.push("no landmark <" + name + ">");
  });
  if (document.querySelectorAll("h1").length !== 1) wrong.push("not exactly one heading of the first level");
  document.querySelectorAll("a, button, input").forEach(function (e) {
    var name = e.textContent.trim() || e.getAttribute("aria-label") || (e.labels && e.labels.length);
    if (!name) wrong.push("no name for who cannot see it: " + e.outerHTML.slice(0, 60));
  });
  document.querySelectorAll("main svg").forEach(function (svg) {
    var ids = (svg.getAttribute("aria-labelledby") || "").split(" ").filter(Boolean);
    var named = ids.length ? ids.every(function (id) { var e = document.getElementById(id); return e && e.textContent.trim(); }) : svg.querySelector(":scope > title");
    if (!named) wrong.push("a picture without a name: " + svg.textContent.trim().slice(0, 40));
    var whole = svg.getBoundingClientRect();
    if (whole.width < 100 || whole.height < 100) wrong.push("a picture that nobody sees: " + whole.width + " by " + whole.height);
    var outside = Array.from(svg.querySelectorAll("text")).find(function (e) {
      var at = e.getBoundingClientRect();
      return at.left < whole.left - 2 || at.right > whole.right + 2 || at.top < whole.top - 2 || at.bottom > whole.bottom + 2;
    });
    if (outside) wrong.push("a word outside of its picture: " + outside.textContent);
  });
  return wrong;
})()
