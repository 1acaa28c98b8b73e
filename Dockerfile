# The Airbyte source (source-payments, the entry point) and the Singer tap (tap-payments) in one
# small image:
#
#   docker build --build-arg VERSION=0.1.0 --tag source-payments:0.1.0 .
#   docker run --rm source-payments:0.1.0 spec
#   docker run --rm --entrypoint tap-payments source-payments:0.1.0 --about
#
# The base is pinned by version: where this was written, no registry could be asked for its digest.
# To pin it by digest as well, take the one that `docker buildx imagetools inspect` shows:
#
#   docker build --build-arg BASE=python:3.13-slim-trixie@sha256:... --tag source-payments:0.1.0 .
ARG BASE=python:3.13-slim-trixie
# The package's version comes from git's tags, which the image's context does not have.
ARG VERSION=0.1.0

FROM ${BASE} AS build
ENV UV_COMPILE_BYTECODE=1 \
    UV_LINK_MODE=copy \
    UV_PROJECT_ENVIRONMENT=/opt/payments \
    UV_PYTHON_DOWNLOADS=never
WORKDIR /src
RUN pip install --no-cache-dir --disable-pip-version-check uv==0.13.8
# What the tap depends on, from the lock with its hashes: made anew only when the lock changes.
COPY pyproject.toml uv.lock LICENSE README.md ./
RUN uv sync --locked --no-cache --no-dev --no-install-project
COPY tap_payments ./tap_payments
ARG VERSION
RUN SETUPTOOLS_SCM_PRETEND_VERSION=${VERSION} uv sync --locked --no-cache --no-dev --no-editable

FROM ${BASE}
ARG VERSION
LABEL org.opencontainers.image.title="tap-payments" \
      org.opencontainers.image.description="Singer tap and Airbyte source for payment providers" \
      org.opencontainers.image.licenses="Apache-2.0" \
      io.airbyte.name="source-payments" \
      io.airbyte.version="${VERSION}"
RUN useradd --uid 1000 --create-home payments
COPY --from=build /opt/payments /opt/payments
ENV PATH=/opt/payments/bin:$PATH \
    AIRBYTE_ENTRYPOINT=/opt/payments/bin/source-payments
USER 1000
WORKDIR /home/payments
ENTRYPOINT ["/opt/payments/bin/source-payments"]
