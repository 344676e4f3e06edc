# The page and the HTTP service, for a Hugging Face Space or any machine, x86_64 or aarch64:
#   docker build -t digits . && docker run --rm -p 7860:7860 digits
FROM python:3.11.14-slim-trixie

# Spaces run every image as user 1000.
RUN useradd --create-home --uid 1000 digits
WORKDIR /home/digits/app

# What seldom changes comes first. Only wheels, so that nothing is compiled; by hash, so that nothing
# is swapped; without dependencies, because the lock names all that are used.
COPY requirements-app.lock ./
RUN pip install --no-cache-dir --disable-pip-version-check --only-binary :all: --no-deps \
    --require-hashes -r requirements-app.lock

COPY models/model.onnx models/model.json models/finder.onnx models/finder.json models/reader.onnx models/reader.json models/README.md \
    models/
COPY app/ app/
RUN python -m compileall -q app

# One thread for each read is fastest for so small a network; two arenas reduce fragmentation.
ENV HOME=/home/digits \
    MALLOC_ARENA_MAX=2 \
    OMP_NUM_THREADS=1 \
    OPENBLAS_NUM_THREADS=1 \
    PYTHONUNBUFFERED=1 \
    STREAMLIT_SERVER_ADDRESS=0.0.0.0 \
    STREAMLIT_SERVER_PORT=7860
USER 1000
EXPOSE 7860

HEALTHCHECK --interval=30s --timeout=5s --start-period=60s CMD ["python", "-c", \
    "import os, urllib.request as r; r.urlopen(f'http://127.0.0.1:{os.environ[\"STREAMLIT_SERVER_PORT\"]}/healthz', timeout=4)"]

CMD ["python", "-m", "app", "serve"]
