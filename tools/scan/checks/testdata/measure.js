// SPDX-License-Identifier: MIT
// Writes into the page how it is laid out: see layout_test.go.
(function () {
  "use strict";
  var root = document.documentElement;
  var said = { Wide: Math.max(0, root.scrollWidth - root.clientWidth), Tables: [] };
  document.querySelectorAll("details").forEach(function (d) { d.open = true; });
  document.querySelectorAll("table").forEach(function (table) {
    var box = table.closest(".scroll");
    var left = box.getBoundingClientRect().left;
    var rows = Array.from(table.rows).slice(1);
    said.Tables.push(Array.from(table.rows[0].cells).map(function (head, i) {
      var missing = 0, cut = 0;
      rows.forEach(function (row) {
        var cell = row.cells[i];
        if (!cell || cell.getBoundingClientRect().width < 8) missing++;
        else if (cell.scrollWidth > cell.clientWidth + 1) cut++;
      });
      var rect = head.getBoundingClientRect();
      return { Name: head.textContent, Width: Math.round(rect.width), Missing: missing, Cut: cut, Reached: rect.right - left <= box.scrollWidth + 1 };
    }));
  });
  said.Wide = Math.max(said.Wide, root.scrollWidth - root.clientWidth);
  var pre = document.createElement("pre");
  pre.id = "measured";
  pre.textContent = JSON.stringify(said);
  document.body.appendChild(pre);
})();
