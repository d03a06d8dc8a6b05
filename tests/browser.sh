#!/bin/sh
# Makes sure that there is a browser for the console's tests; quick where there is one.
set -eu

for name in chromium chromium-browser google-chrome google-chrome-stable chrome; do
    command -v "$name" >/dev/null && exit 0
done

as_root() {
    if [ "$(id -u)" -eq 0 ]; then "$@"; else sudo "$@"; fi
}

if command -v apt-get >/dev/null; then
    echo "Installing Chromium for the console's tests ..."
    # old lists name packages that are gone; one source that is away is no reason to give up
    as_root apt-get update -qq || true
    as_root env DEBIAN_FRONTEND=noninteractive \
        apt-get install -qq -y --no-install-recommends chromium >/dev/null && exit 0
fi

echo "The console's tests need Chromium or Chrome on the PATH, and it could not be installed." >&2
echo "Install one (Debian: apt-get install chromium; macOS: brew install --cask chromium) and run this again." >&2
exit 1
