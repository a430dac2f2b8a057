# Two images of the app:
#   docker build --target light -t qana:light .    no TensorFlow, no torch
#   docker build --target full -t qana .           everything, training included
# and either with: docker run --rm -p 8501:8501 --read-only --tmpfs /tmp qana:light
#
# The digest fixes the base for amd64 and arm64. `docker buildx imagetools inspect
# python:3.11-slim-bookworm` prints that of a newer one.
FROM python:3.11.16-slim-bookworm@sha256:a36c24f9cbdf4fd0f52d67f0823eeac19c2028c637cecc392d97f980d4fec56b AS base
WORKDIR /app
COPY packages.txt ./
RUN apt-get update \
 && xargs -r apt-get install -y --no-install-recommends < packages.txt \
 && rm -rf /var/lib/apt/lists/*
ENV PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_ROOT_USER_ACTION=ignore \
    PYTHONDONTWRITEBYTECODE=1 PYTHONUNBUFFERED=1
RUN useradd --uid 10001 --create-home qana
EXPOSE 8501
HEALTHCHECK --interval=30s --timeout=5s --start-period=30s CMD ["python", "-c", \
    "import urllib.request as r; r.urlopen('http://127.0.0.1:8501/_stcore/health', timeout=4)"]
CMD ["python", "-m", "streamlit", "run", "streamlit_app.py", \
    "--server.address", "0.0.0.0", "--server.headless", "true"]

FROM base AS light
COPY requirements-lite.txt ./
RUN python -m pip install --require-hashes -r requirements-lite.txt
COPY . .
USER qana

FROM base AS full
COPY requirements.txt ./
RUN python -m pip install --require-hashes -r requirements.txt
COPY . .
USER qana
