// SPDX-License-Identifier: MIT
// Uses the page as a reader does, and says what did not work, as a list of sentences. Evaluated by package look.
(async function () {
  "use strict";
  var wrong = [];
  function wait(condition) {
    return new Promise(function (done) {
      var left = 100;
      (function look() { condition() || left-- === 0 ? done(condition()) : setTimeout(look, 50); })();
    });
  }
  var input = document.getElementById("search-text"), results = document.getElementById("search-results");
  document.dispatchEvent(new KeyboardEvent("keydown", { key: "/", bubbles: true, cancelable: true }));
  if (document.activeElement !== input) wrong.push("the key / does not lead to the search");
  input.value = "busy_timeout";
  input.dispatchEvent(new Event("input", { bubbles: true }));
  if (!await wait(function () { return results.querySelectorAll("a").length > 2; })) wrong.push("the search for busy_timeout finds nothing");
  var box = results.getBoundingClientRect();
  if (box.left < 0 || box.right > document.documentElement.clientWidth) wrong.push("the results do not fit onto the screen");
  input.dispatchEvent(new KeyboardEvent("keydown", { key: "ArrowDown", bubbles: true }));
  if (!results.contains(document.activeElement)) wrong.push("the key down does not lead to the results");
  input.value = "nothinghasthisword";
  input.dispatchEvent(new Event("input", { bubbles: true }));
  if (!await wait(function () { return results.querySelectorAll("a").length === 0; })) wrong.push("the search finds what is not there");
  document.activeElement.dispatchEvent(new KeyboardEvent("keydown", { key: "Escape", bubbles: true }));
  input.dispatchEvent(new KeyboardEvent("keydown", { key: "Escape", bubbles: true }));
  if (!results.hidden) wrong.push("the key Escape does not close the results");

  var before = getComputedStyle(document.body).backgroundColor;
  document.getElementById("theme").click();
  if (getComputedStyle(document.body).backgroundColor === before) wrong.push("the button does not change the colors");
  document.getElementById("theme").click();
  if (getComputedStyle(document.body).backgroundColor !== before) wrong.push("the button does not change the colors back");
  localStorage.clear();
  delete document.documentElement.dataset.theme;
  return wrong;
})()
