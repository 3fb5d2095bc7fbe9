// Rules of the Web Content Accessibility Guidelines that the page breaks, by axe-core, which the page was given before.
async () => {
  const told = await axe.run(document, {
    runOnly: { type: "tag", values: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"] },
    resultTypes: ["violations"],
    iframes: false,
    xpath: true,
  });
  return told.violations.map((one) => ({
    rule: one.id,
    criteria: one.tags.filter((tag) => /^wcag\d{3,4}$/.test(tag)),
    places: one.nodes.length,
    xpath: String(one.nodes[0].xpath?.[0] ?? ""),
    shown: one.nodes[0].html,
  }));
}
