// SPDX-License-Identifier: MIT
// Search in the index that was made with the site. It is loaded when somebody begins to search, as a script, so that it
// works from a folder on a disk too.
(function () {
  "use strict";
  var box = document.querySelector(".search");
  var input = document.getElementById("search-text");
  var results = document.getElementById("search-results");
  var loading = false;
  var most = 20;

  function load() {
    if (loading) return;
    loading = true;
    var script = document.createElement("script");
    script.src = "search-index.js";
    script.addEventListener("load", show);
    document.head.append(script);
  }

  // A place fits when each word is in it. A word in the title weighs more, and a whole word more than a part.
  function weigh(place, words) {
    var title = place.t.toLowerCase(), text = place.x.toLowerCase(), sum = 0;
    for (var word of words) {
      var inTitle = title.includes(word), inText = text.includes(word);
      if (!inTitle && !inText) return 0;
      sum += (inTitle ? 20 : 0) + (inText ? 1 + Math.min(text.split(word).length - 1, 5) : 0);
      if (title.split(/[^\p{L}\p{N}_]+/u).includes(word)) sum += 20;
    }
    // Who searches wants to read first, and to look up then.
    return (place.p.startsWith("package-") ? 1 : 2) * sum + 10 / (1 + title.length);
  }

  function excerpt(place, words) {
    var text = place.x, at = text.toLowerCase().indexOf(words[0]);
    var from = Math.max(0, at - 50);
    return (from > 0 ? "… " : "") + text.slice(from, from + 150) + (from + 150 < text.length ? " …" : "");
  }

  function say(text) {
    var p = document.createElement("p");
    p.textContent = text;
    results.replaceChildren(p);
    results.hidden = false;
  }

  function show() {
    var words = input.value.toLowerCase().split(/\s+/).filter(Boolean);
    if (words.length === 0) {
      results.hidden = true;
      return;
    }
    if (!window.manualIndex) {
      say("Loading …");
      return;
    }
    var found = [];
    for (var place of window.manualIndex) {
      var weight = weigh(place, words);
      if (weight > 0) found.push({ place: place, weight: weight });
    }
    if (found.length === 0) {
      say("Nothing has all of these words.");
      return;
    }
    found.sort(function (a, b) { return b.weight - a.weight; });
    var list = document.createElement("ul");
    for (var hit of found.slice(0, most)) {
      var item = document.createElement("li"), link = document.createElement("a");
      var title = document.createElement("b"), text = document.createElement("span");
      link.href = hit.place.p + (hit.place.a ? "#" + encodeURIComponent(hit.place.a) : "");
      title.textContent = hit.place.t;
      text.textContent = excerpt(hit.place, words);
      link.append(title, text);
      item.append(link);
      list.append(item);
    }
    results.replaceChildren(list);
    results.hidden = false;
  }

  function move(step) {
    var links = Array.from(results.querySelectorAll("a"));
    if (links.length === 0) return;
    var at = links.indexOf(document.activeElement) + step;
    if (at < 0) input.focus(); else links[Math.min(at, links.length - 1)].focus();
  }

  input.addEventListener("focus", load);
  input.addEventListener("input", function () { load(); show(); });
  box.addEventListener("keydown", function (event) {
    if (event.key === "ArrowDown") { move(1); event.preventDefault(); }
    if (event.key === "ArrowUp") { move(-1); event.preventDefault(); }
    if (event.key === "Escape") { results.hidden = true; input.focus(); }
    if (event.key === "Enter" && event.target === input) {
      var first = results.querySelector("a");
      if (first) first.click();
    }
  });
  results.addEventListener("click", function () { results.hidden = true; });
  document.addEventListener("click", function (event) { if (!box.contains(event.target)) results.hidden = true; });
  document.addEventListener("keydown", function (event) {
    if (event.key === "/" && !/^(INPUT|TEXTAREA)$/.test(event.target.tagName)) { input.focus(); event.preventDefault(); }
  });
  box.hidden = false;
})();
