// Links to other hosts that a visitor of the page does not see: [sign, address as written, text] each.
// What waits to be opened (menus, accordions, slides) is none: it is hidden with display, visibility, or beside a part
// of the same sort that is shown.
({ most }) => {
  const own = location.hostname;
  const style = (one) => getComputedStyle(one);
  const ancestors = (one) => {
    const line = [];
    for (; one && one !== document.body && one !== document.documentElement; one = one.parentElement) line.push(one);
    return line;
  };
  const alike = (one, other) =>
    one.tagName === other.tagName &&
    style(one).position === style(other).position &&
    (style(one).position !== "static" || [...one.classList].some((name) => other.classList.contains(name)));
  const waits = (one) =>
    [...(one.parentElement?.children || [])].some(
      (other) =>
        other !== one &&
        alike(one, other) &&
        Number(style(other).opacity) > 0.5 &&
        other.getBoundingClientRect().right > 0 &&
        other.getBoundingClientRect().bottom + scrollY > 0,
    );
  const isAway = (one) => {
    const box = one.getBoundingClientRect();
    return box.right + scrollX <= -100 || box.bottom + scrollY <= -100;
  };
  const moves = (one) =>
    one.getAnimations().length > 0 ||
    ["auto", "scroll"].some((value) => [style(one).overflowX, style(one).overflowY].includes(value));
  const solid = (colour) => !/^rgba\(.*,\s*0\)$|^transparent$/.test(colour);
  const drawn = new Set(["IMG", "VIDEO", "CANVAS", "OBJECT", "EMBED", "IFRAME", "SVG"]);
  const isSameColour = (link) => {
    const text = style(link).color;
    if (!solid(text) || link.querySelector("img, svg, video, canvas, i, input")) return false;
    link.scrollIntoView({ block: "center", behavior: "instant" });
    const box = link.getClientRects()[0];
    if (!box || box.width < 2 || box.height < 2) return false;
    const under = document.elementsFromPoint(box.left + box.width / 2, box.top + box.height / 2);
    if (!under.includes(link)) return false;
    for (const one of under) {
      const looks = style(one);
      if (looks.backgroundImage !== "none" || drawn.has(one.tagName.toUpperCase())) return false;
      if ([looks.textShadow, looks.filter, looks.backdropFilter, looks.webkitTextStrokeWidth].some(
        (value) => value && value !== "none" && value !== "0px",
      )) return false;
      if (solid(looks.backgroundColor)) return looks.backgroundColor === text;
    }
    return text === "rgb(255, 255, 255)";
  };
  const sign = (link) => {
    const line = ancestors(link);
    if (!line.length || line.some((one) => style(one).display === "none" || style(one).visibility !== "visible")) return "";
    if (line.some(moves)) return "";
    if (isAway(link)) {
      const placed = line.find((one) => isAway(one) && (style(one).position !== "static" || one.parentElement && !isAway(one.parentElement)));
      const indented = line.some((one) => parseFloat(style(one).textIndent) <= -100);
      const clipped = line.some((one) => {
        const box = one.getBoundingClientRect();
        return !isAway(one) && style(one).overflow.includes("hidden") && box.width > 50 && box.height > 20;
      });
      if (indented && (link.querySelector("img, svg") || solid(style(link).backgroundColor) || style(link).backgroundImage !== "none")) return "";
      if (placed && !clipped && !line.some(waits)) return "off-screen";
    }
    const cramped = line.some((one) => {
      const box = one.getBoundingClientRect();
      const small = (size) => size > 0 && size <= 2;
      return (style(one).overflow.includes("hidden") || one.tagName === "MARQUEE") && (small(box.width) || small(box.height));
    });
    if (cramped && !line.some(waits)) return "no-room";
    const text = link.textContent.trim();
    if (text && !link.querySelector("img, svg") && parseFloat(style(link).fontSize) <= 1) return "tiny";
    if (line.some((one) => Number(style(one).opacity) < 0.05 && !waits(one)) && !line.some((one) => style(one).transitionDuration !== "0s"))
      return "transparent";
    if (text && isSameColour(link)) return "same-colour";
    return "";
  };
  const found = [];
  const known = new Set();
  for (const link of document.querySelectorAll("a[href]")) {
    if (found.length >= most) break;
    if (!/^https?:$/.test(link.protocol) || !link.hostname || link.hostname === own || known.has(link.hostname)) continue;
    const how = sign(link);
    if (!how) continue;
    known.add(link.hostname);
    found.push([how, link.getAttribute("href"), link.textContent.trim().replace(/\s+/g, " ")]);
  }
  scrollTo(0, 0);
  return found;
}
