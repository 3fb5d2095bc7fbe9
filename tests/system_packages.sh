#!/bin/sh
# Chromium, a Chinese font, Pango (for the PDF of the circular) and a PostgreSQL server (for ledgers that several write
# to), through the system's package manager where that is allowed.
have_browser() { command -v chromium-headless-shell >/dev/null || command -v chromium >/dev/null || command -v google-chrome >/dev/null; }
have_pango() { ldconfig -p 2>/dev/null | grep -q libpangoft2-1.0; }
have_font() { command -v fc-list >/dev/null && [ -n "$(fc-list :lang=zh family)" ]; }
have_postgresql() { command -v initdb >/dev/null || ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1; }

have_browser && have_font && have_pango && have_postgresql && exit 0
packages="chromium-headless-shell fonts-wqy-microhei fontconfig libpango-1.0-0 libpangoft2-1.0-0 postgresql"
if command -v apt-get >/dev/null && [ "$(id -u)" = 0 ]; then
    echo "installing for the tests: $packages"
    apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $packages >/dev/null
fi
if ! have_browser || ! have_font || ! have_pango || ! have_postgresql; then
    echo "Tests that look at pages in a browser, write PDF or use a database server fail or are skipped:" \
        "Chromium, a Chinese font, Pango or PostgreSQL is missing." >&2
    echo "On Debian: sudo apt-get install $packages" >&2
fi
exit 0
