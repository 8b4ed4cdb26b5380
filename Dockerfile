# One image for exporter, receiver and the simulated trading system; docker-compose.yml starts each.
# The versions are pinned here and in docker-compose.yml, and nowhere else.
FROM node:24.8.0-bookworm-slim AS build
WORKDIR /opt/redline
# For the SQLite driver, where its ready-made build cannot be fetched.
RUN apt-get update \
    && apt-get install --yes --no-install-recommends python3 make g++ \
    && rm -rf /var/lib/apt/lists/*
COPY package.json package-lock.json ./
RUN npm ci --no-audit --no-fund
COPY tsconfig.json tsconfig.build.json ./
COPY src src
# Of the SQLite driver only what runs is kept: its sources and what compiling them left are ten times as large.
RUN npm run build \
    && npm prune --omit=dev --no-audit --no-fund \
    && rm -rf node_modules/better-sqlite3/deps node_modules/better-sqlite3/src \
    && find node_modules/better-sqlite3/build -type f ! -name better_sqlite3.node -delete

FROM node:24.8.0-bookworm-slim
# What rollback scripts and the exporter call: systemctl and journalctl (clients alone: no systemd runs here), redis-cli.
RUN apt-get update \
    && apt-get install --yes --no-install-recommends redis-tools systemd \
    && rm -rf /var/lib/apt/lists/* \
    && groupadd --gid 10001 redline \
    && useradd --uid 10001 --gid 10001 --home-dir /nonexistent --no-create-home --shell /usr/sbin/nologin redline \
    && install -d -o redline -g redline -m 0750 \
        /secrets /srv/demonstration /srv/trading /var/lib/redline /var/lib/redline-exporter
WORKDIR /opt/redline
COPY package.json ./
COPY bin bin
COPY demo demo
COPY docker/setup.sh docker/healthy.sh docker/
COPY docs/alerts docs/alerts
COPY prometheus prometheus
COPY alertmanager alertmanager
COPY grafana/dashboards-index.json grafana/dashboards-index.json
COPY rollback rollback
COPY --from=build /opt/redline/node_modules node_modules
COPY --from=build /opt/redline/dist dist
RUN ln -s /opt/redline/bin/redline.mjs /usr/local/bin/redline
ENV NODE_ENV=production
USER 10001:10001
# Of the receiver; docker-compose.yml has that of the others. A slow start is no illness.
HEALTHCHECK --interval=5s --timeout=5s --start-period=120s --retries=6 \
    CMD ["docker/healthy.sh", "9712", "/-/healthy"]
ENTRYPOINT ["redline"]
CMD ["receiver"]
