#!/bin/sh
# Chromium and a Chinese font, through the system's package manager where that is allowed.
have_browser() { command -v chromium-headless-shell >/dev/null || command -v chromium >/dev/null || command -v google-chrome >/dev/null; }
have_font() { command -v fc-list >/dev/null && [ -n "$(fc-list :lang=zh family)" ]; }

have_browser && have_font && exit 0
packages="chromium-headless-shell fonts-wqy-microhei fontconfig"
if command -v apt-get >/dev/null && [ "$(id -u)" = 0 ]; then
    echo "installing for the tests: $packages"
    apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $packages >/dev/null
fi
if ! have_browser || ! have_font; then
    echo "The tests that look at pages in a browser are skipped: Chromium or a Chinese font is missing." >&2
    echo "On Debian: sudo apt-get install $packages" >&2
fi
exit 0
