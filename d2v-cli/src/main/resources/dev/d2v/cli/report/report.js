"use strict";
// A cross-hair with the values of every curve at the nearest update.
for (const chart of document.querySelectorAll(".chart")) {
  const lines = [...chart.querySelectorAll(".line")].map((line) => ({
    name: line.dataset.name,
    style: line.classList[1],
    values: line.dataset.values.split(" ").map((v) => v.split(":").map(Number)),
    places: line.getAttribute("d").slice(1).split("L").map((p) => p.split(" ").map(Number)),
  }));
  if (!lines.length) continue;
  const tip = document.createElement("div");
  tip.className = "tip";
  tip.hidden = true;
  chart.parentElement.append(tip);
  const hover = chart.querySelector(".hover");
  const box = chart.viewBox.baseVal;
  const make = (name, attributes) => {
    const element = document.createElementNS("http://www.w3.org/2000/svg", name);
    for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
    hover.append(element);
  };
  chart.addEventListener("pointermove", (event) => {
    const frame = chart.getBoundingClientRect();
    const x = ((event.clientX - frame.left) / frame.width) * box.width;
    const nearest = (line) => line.places.reduce((best, p, i) => (Math.abs(p[0] - x) < Math.abs(line.places[best][0] - x) ? i : best), 0);
    const first = nearest(lines[0]);
    hover.replaceChildren();
    make("line", { x1: lines[0].places[first][0], x2: lines[0].places[first][0], y1: 28, y2: box.height - 40 });
    tip.textContent = "";
    const title = document.createElement("div");
    title.textContent = "update " + lines[0].values[first][0].toLocaleString("en");
    tip.append(title);
    lines.forEach((line) => {
      const i = nearest(line);
      make("circle", { cx: line.places[i][0], cy: line.places[i][1], r: 4, class: "dot " + line.style });
      const row = document.createElement("div");
      row.textContent = (lines.length > 1 ? line.name + " " : "") + line.values[i][1];
      tip.append(row);
    });
    tip.hidden = false;
    const card = chart.parentElement.getBoundingClientRect();
    const left = event.clientX - card.left + 14;
    tip.style.left = Math.min(left, card.width - tip.offsetWidth - 8) + "px";
    tip.style.top = event.clientY - card.top - tip.offsetHeight - 10 + "px";
  });
  chart.addEventListener("pointerleave", () => {
    hover.replaceChildren();
    tip.hidden = true;
  });
}
// A class of the legend lights up its points.
for (const plane of document.querySelectorAll(".plane")) {
  const groups = [...plane.querySelectorAll(".scatter g[data-class]")];
  const light = (label) => {
    plane.classList.toggle("lit", label !== null);
    for (const group of groups) group.classList.toggle("on", group.dataset.class === label);
  };
  for (const item of plane.querySelectorAll(".classes li")) {
    for (const type of ["pointerenter", "focus"]) item.addEventListener(type, () => light(item.dataset.class));
    for (const type of ["pointerleave", "blur"]) item.addEventListener(type, () => light(null));
  }
}
