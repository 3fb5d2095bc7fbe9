// Clicks a link as a visitor would, without leaving. Returns null where there is none, else what the page did about it:
// whether it held the click, where its scripts wanted to go, where the link leads then, and what it shows since.
async ({ raw, words }) => {
  const link = [...document.querySelectorAll("a[href]")].find((one) => one.getAttribute("href") === raw);
  if (!link) return null;
  const opened = [];
  const open = window.open;
  window.open = (address) => {
    opened.push(String(address));
    return null;
  };
  const shown = () => words.filter((word) => (document.body ? document.body.innerText : "").includes(word));
  const before = shown();
  const event = (name) => new MouseEvent(name, { bubbles: true, cancelable: true, view: window });
  for (const name of ["mouseover", "mousedown", "mouseup"]) link.dispatchEvent(event(name));
  let held = null;
  const last = (click) => {
    held = click.defaultPrevented;
    click.preventDefault();
  };
  window.addEventListener("click", last);
  const allowed = link.dispatchEvent(event("click"));
  window.removeEventListener("click", last);
  await new Promise((resolve) => setTimeout(resolve, 300));
  window.open = open;
  const asked = shown().some((word) => !before.includes(word));
  return { held: held === null ? !allowed : held, opened, leads: link.href, asked };
}
