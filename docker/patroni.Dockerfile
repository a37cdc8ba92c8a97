# PostgreSQL and Patroni and nothing of ours: what a user's own image looks like. bestgres-agent comes in by an init
# container. docker build -f docker/patroni.Dockerfile --build-arg POSTGRES=16 -t bestgres-patroni:16 .
ARG POSTGRES=15
FROM postgres:${POSTGRES}-bookworm
ARG PATRONI=4.1.5
RUN apt-get update && apt-get install -y --no-install-recommends python3 python3-venv python3-psycopg2 && \
    python3 -m venv --system-site-packages /opt/patroni && \
    /opt/patroni/bin/pip install --no-cache-dir "patroni[kubernetes]==${PATRONI}" && \
    ln -s /opt/patroni/bin/patroni /opt/patroni/bin/patronictl /usr/local/bin/ && \
    rm -rf /var/lib/apt/lists/*
# `postgres` of the official images: what the operator's flavour `patroni` runs as.
USER 999:999
ENTRYPOINT []
CMD ["patroni"]
