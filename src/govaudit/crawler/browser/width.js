// Points that the page takes; what it cuts off cannot be moved to and does not count.
() => {
  const page = document.scrollingElement || document.documentElement;
  const cuts = (one) => one && /hidden|clip/.test(getComputedStyle(one).overflowX);
  return cuts(document.documentElement) || cuts(document.body) ? page.clientWidth : page.scrollWidth;
}
