# govaudit with a browser, fonts and git, from Debian's packages and the locked requirements.
# docker build -t govaudit . && docker run --rm -v "$PWD:/site" govaudit gate public
FROM debian:13-slim

# Security updates of Debian are wanted as they come: versions are those of the release.
# hadolint ignore=DL3008
RUN apt-get update \
    && apt-get install --yes --no-install-recommends \
        ca-certificates chromium-headless-shell fonts-wqy-microhei git libpango-1.0-0 libpangoft2-1.0-0 \
        python3 python3-venv \
    && rm -rf /var/lib/apt/lists/*

WORKDIR /opt/govaudit
COPY requirements requirements
RUN python3 -m venv /opt/venv \
    && /opt/venv/bin/pip install --no-cache-dir --require-hashes -r requirements/build.txt \
    && /opt/venv/bin/pip install --no-cache-dir --require-hashes -r requirements/core.txt \
    && /opt/venv/bin/pip install --no-cache-dir --require-hashes -r requirements/browser.txt \
    && /opt/venv/bin/pip install --no-cache-dir --require-hashes -r requirements/pdf.txt

COPY pyproject.toml README.md LICENSE ./
COPY src src
RUN /opt/venv/bin/pip install --no-cache-dir --no-deps --no-build-isolation . \
    && /opt/venv/bin/python -m compileall -q /opt/venv/lib \
    && useradd --create-home --uid 1000 inspector \
    && git config --system --add safe.directory '*'

ENV PATH="/opt/venv/bin:$PATH" LANG=C.UTF-8 GOVAUDIT_LANG=zh-CN
USER 1000
WORKDIR /site
ENTRYPOINT ["govaudit"]
CMD ["--help"]
