// What becomes of a fragment on a page: "found", "used" (a script does something with it), "idle" (nothing happens).
async ({ fragment }) => {
  const plain = (text) => {
    try {
      return decodeURIComponent(text);
    } catch {
      return text;
    }
  };
  const name = plain(fragment);
  const isThere = () =>
    [fragment, name].some(
      (one) =>
        document.getElementById(one) || [...document.getElementsByName(one)].some((named) => named.tagName === "A"),
    );
  if (isThere()) return "found";
  const here = location.href.split("#")[0];
  const links = [...document.querySelectorAll("a[href], area[href]")]
    .filter((link) => link.href.split("#")[0] === here && plain(link.hash.slice(1)) === name)
    .slice(0, 3);
  const wait = (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds));
  const moving = new Set();
  let watched = moving;
  const observer = new MutationObserver((changes) => changes.forEach((change) => watched.add(change.target)));
  observer.observe(document, { subtree: true, childList: true, attributes: true, characterData: true });
  // What moves without a click, as banners do, says nothing.
  await wait(400);
  watched = new Set();
  const inMotion = (one) => [...moving].some((other) => other.contains(one) || one.contains(other));
  for (const link of links) {
    const went = link.dispatchEvent(new MouseEvent("click", { bubbles: true, cancelable: true, view: window }));
    await wait(250);
    if (!went || [...watched].some((one) => !inMotion(one))) {
      observer.disconnect();
      return "used";
    }
  }
  observer.disconnect();
  return isThere() ? "found" : "idle";
}
