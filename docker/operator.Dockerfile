# The operator's image: bestgres-operator, the bestgres CLI, and bestgres-agent, which init containers copy into the pods of
# clusters. docker build -f docker/operator.Dockerfile -t bestgres-operator:dev .
FROM debian:12-slim AS build
RUN apt-get update && apt-get install -y --no-install-recommends \
        g++ cmake ninja-build mold python3 libboost1.81-dev nlohmann-json3-dev libssl-dev libpq-dev libyaml-cpp-dev libfmt-dev \
        libgtest-dev librapidcheck-dev libbenchmark-dev ccache && \
    rm -rf /var/lib/apt/lists/*
WORKDIR /src
COPY . .
RUN cmake --preset release && \
    cmake --build --preset release --target bestgres-operator bestgres bestgres-agent && \
    strip build/release/bin/bestgres-operator build/release/bin/bestgres build/release/bin/bestgres-agent

FROM debian:12-slim
RUN apt-get update && apt-get install -y --no-install-recommends libpq5 libssl3 libyaml-cpp0.7 libfmt9 ca-certificates && \
    rm -rf /var/lib/apt/lists/*
COPY --from=build /src/build/release/bin/bestgres-operator /src/build/release/bin/bestgres /src/build/release/bin/bestgres-agent \
    /usr/local/bin/
# Any uid will do: nothing is written.
USER 65532:65532
ENTRYPOINT ["/usr/local/bin/bestgres-operator"]
