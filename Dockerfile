# One image for every process: serve, which it runs unless told otherwise, notify, work, migrate, and the rest of
# `wa-webhook`. BASE is an image with Python 3.11 or newer and its venv; certificates and a pip.conf that a network of
# yours needs are taken from it.
ARG BASE=python:3.13-slim

FROM ${BASE} AS build
# ocr: for workers that read documents.
ARG REQUIREMENTS=runtime
WORKDIR /build
RUN python3 -m venv tools && python3 -m venv --without-pip /opt/wa-webhook
COPY requirements/build.txt requirements/runtime.txt requirements/${REQUIREMENTS}.txt requirements/
RUN tools/bin/pip install --quiet --no-cache-dir --require-hashes --requirement requirements/build.txt \
 && tools/bin/pip --python /opt/wa-webhook/bin/python install --quiet --no-cache-dir \
      --require-hashes --only-binary :all: --requirement requirements/${REQUIREMENTS}.txt
COPY pyproject.toml README.md LICENSE .env.example ./
COPY db db
COPY handler handler
COPY wa_webhook wa_webhook
RUN tools/bin/python -m hatchling build --target wheel \
 && tools/bin/pip --python /opt/wa-webhook/bin/python install --quiet --no-index --no-deps dist/*.whl

FROM ${BASE}
LABEL org.opencontainers.image.title="wa-webhook" \
      org.opencontainers.image.description="A WhatsApp webhook for Supabase" \
      org.opencontainers.image.licenses="MIT"
COPY --from=build /opt/wa-webhook /opt/wa-webhook
# Whoever may reach a container's ports is decided where it runs.
ENV PATH=/opt/wa-webhook/bin:$PATH \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    WA_HOST=0.0.0.0 \
    WA_WORK_ANSWER_HOST=0.0.0.0 \
    WA_METRICS_HOST=0.0.0.0
# A team's own flows are in /srv/flows, where `migrate` looks for them; /srv/media is for a volume.
WORKDIR /srv
RUN install -d -o 10001 -g 10001 media
USER 10001:10001
EXPOSE 8000 8002 8003 9464 9465 9466 9467
HEALTHCHECK --interval=15s --timeout=5s --start-period=15s CMD ["python3", "-m", "handler.process.healthcheck"]
ENTRYPOINT ["wa-webhook"]
CMD ["serve"]
