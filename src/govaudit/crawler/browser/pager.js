// The control that shows a list's next page without leaving this one, or null. `words.next`: what it says;
// `words.marks`: signs that say it inside a pager only; `words.number`: the page to go to.
(words) => {
  const next = new Set(words.next), marks = new Set(words.marks);
  const named = (e) => `${e.getAttribute("class") || ""} ${e.id || ""}`;
  const inPager = (e) => {
    for (let up = e, steps = 0; up && up !== document.body && steps < 5; up = up.parentElement, steps += 1) {
      if (/page|pagin|fenye|fanye/i.test(named(up))) return true;
    }
    return false;
  };
  const isSlide = (e) => Boolean(e.closest("[class*=swiper],[class*=slick],[class*=carousel],[class*=owl-],[class*=banner]"));
  const isOff = (e) => [e, e.parentElement].some((one) => one && (one.disabled
    || one.getAttribute("aria-disabled") === "true" || /(^|[-_\s])disabled?($|[-_\s])/i.test(named(one))));
  const isShown = (e) => {
    const box = e.getBoundingClientRect();
    return box.width > 0 && box.height > 0 && getComputedStyle(e).visibility !== "hidden";
  };
  const leavesThePage = (e) => {
    const link = e.closest("a[href]");
    const written = link ? link.getAttribute("href").trim() : "";
    return written !== "" && !/^(#|javascript:)/i.test(written);
  };
  const usable = (e) => !isOff(e) && isShown(e) && !isSlide(e) && !leavesThePage(e);
  const said = (e) => (e.tagName === "INPUT" ? e.value : e.textContent).replace(/\s+/g, "").toLowerCase();
  const short = [...document.querySelectorAll("a,button,li,span,div,em,b,i,td,input[type=button]")]
    .filter((e) => e.childElementCount < 2 && said(e).length < 12)
    .reverse();
  const byClass = [...document.querySelectorAll("[class*=next i]")].reverse();
  const ways = [
    () => short.find((e) => next.has(said(e).replace(/[\[\]()]/g, "")) && usable(e)),
    () => byClass.find((e) => /(^|[-_\s])next($|[-_\s])/i.test(named(e)) && inPager(e) && usable(e)),
    () => short.find((e) => marks.has(said(e)) && inPager(e) && usable(e)),
    () => short.find((e) => said(e) === String(words.number) && inPager(e) && usable(e)),
  ];
  for (const way of ways) {
    const found = way();
    if (found) return found;
  }
  return null;
}
