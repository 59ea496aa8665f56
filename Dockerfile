# The portal with everything it needs. Nothing in it is written to but /app/var and /tmp, which
# compose.yaml gives it; docs/deployment.md says how to use it, and with what it was tried.

FROM python:3.13-slim-bookworm AS build
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1 PYTHONDONTWRITEBYTECODE=1
WORKDIR /app
COPY requirements/runtime.txt requirements/runtime.txt
RUN python -m venv /app/.venv
RUN /app/.venv/bin/python -m pip install --quiet --require-hashes -r requirements/runtime.txt
COPY . .
# A key is needed to start Django at all; this one guards nothing and is not kept.
RUN SECRET_KEY=$(python -c 'import secrets; print(secrets.token_urlsafe(60))') STATIC_ROOT=/app/collected /app/.venv/bin/python manage.py serve --collect-only
RUN /app/.venv/bin/python -m compileall -q -j 0 /app/guizhou_portal /app/events /app/projects
RUN /app/.venv/bin/python -m pip uninstall --quiet --yes pip setuptools 2>/dev/null || true

FROM python:3.13-slim-bookworm
# What installs software has no business where it runs.
RUN python -m pip uninstall --quiet --yes pip setuptools wheel || true
COPY --from=build /app /app
# The folder of the volume is the account's own, everything else only readable to it.
RUN mkdir -p /app/var/media /app/var/metrics && chown -R 10001:10001 /app/var
WORKDIR /app
ENV PATH=/app/.venv/bin:$PATH \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    BIND=0.0.0.0 \
    PORT=8000 \
    STATIC_ROOT=/app/collected
USER 10001:10001
EXPOSE 8000
VOLUME ["/app/var"]
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=10s --timeout=5s --start-period=30s --retries=3 \
    CMD ["python", "deploy/ready.py"]
ENTRYPOINT ["python", "manage.py"]
CMD ["serve", "--no-prepare"]
