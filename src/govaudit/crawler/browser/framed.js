// Frames the element that bears a reference. Returns "" when it is framed, else why not: "not-there", "not-shown".
({ xpath, raw, text }) => {
  const wanted = raw.trim();
  const values = (element) => [...element.attributes].map((one) => one.value.trim());
  const bears = (element) =>
    values(element).some((value) => value === wanted || (wanted.length > 1 && value.includes(wanted)));
  const byPath = () => {
    if (!xpath) return null;
    try {
      return document.evaluate(xpath, document, null, XPathResult.FIRST_ORDERED_NODE_TYPE, null).singleNodeValue;
    } catch {
      return null;
    }
  };
  const squeezed = (one) => (one || "").replace(/\s+/g, "");
  const bySearch = () => {
    const all = [...document.querySelectorAll("body *")].filter((one) => values(one).includes(wanted));
    const found = all.length ? all : [...document.querySelectorAll("body *")].filter(bears);
    return found.find((one) => text && squeezed(one.textContent) === squeezed(text)) || found[0] || null;
  };
  let element = byPath();
  // Scripts move what the source holds: the path counts only where it still leads to the reference.
  if (!(element instanceof Element) || !bears(element)) element = bySearch();
  if (!element) return "not-there";
  const seen = (one) => {
    const box = one.getBoundingClientRect();
    return box.width >= 4 && box.height >= 4 && getComputedStyle(one).visibility === "visible";
  };
  while (element && !seen(element)) element = element.parentElement;
  if (!element || element === document.body || element === document.documentElement) return "not-shown";
  element.scrollIntoView({ block: "center", inline: "center", behavior: "instant" });
  const box = element.getBoundingClientRect();
  const left = Math.max(box.left, 0), top = Math.max(box.top, 0);
  const right = Math.min(box.right, innerWidth), bottom = Math.min(box.bottom, innerHeight);
  if (right - left < 4 || bottom - top < 4) return "not-shown";
  if ((right - left) * (bottom - top) > 0.6 * innerWidth * innerHeight) return "not-shown";
  const parts = element.getClientRects();
  const part = parts.length ? parts[0] : box;
  const there = document.elementFromPoint(part.left + part.width / 2, part.top + part.height / 2);
  if (!there || !(element.contains(there) || there.contains(element))) return "not-shown";
  const frame = document.createElement("div");
  frame.dataset.govaudit = "frame";
  const style = {
    position: "fixed", display: "block", left: `${left - 4}px`, top: `${top - 4}px`, width: `${right - left + 8}px`,
    height: `${bottom - top + 8}px`, border: "3px solid #e00000", "border-radius": "3px", margin: "0", padding: "0",
    "box-sizing": "border-box", "box-shadow": "0 0 0 2px #ffffff", background: "transparent", opacity: "1",
    visibility: "visible", "z-index": "2147483647", "pointer-events": "none", transform: "none",
  };
  for (const [name, value] of Object.entries(style)) frame.style.setProperty(name, value, "important");
  document.documentElement.append(frame);
  return "";
}
