# The page and the HTTP service, for a Hugging Face Space or any machine, x86_64 or aarch64:
#   docker build -t digits . && docker run --rm -p 7860:7860 digits
FROM python:3.11.14-slim-trixie

# Spaces run as user 1000, wherever the image says otherwise.
RUN useradd --create-home --uid 1000 digits
WORKDIR /home/digits/app

# First what seldom changes. Wheels only, so nothing is compiled; by hash, so nothing is swapped;
# no dependencies, as the lock names all that are used and leaves out 300 MB that are not.
COPY requirements-app.lock ./
RUN pip install --no-cache-dir --disable-pip-version-check --only-binary :all: --no-deps \
    --require-hashes -r requirements-app.lock

COPY models/model.onnx models/model.json models/finder.onnx models/finder.json models/README.md \
    models/
COPY app/ app/
RUN python -m compileall -q app

# A thread a read is fastest for what is this small, and two arenas keep freed memory together.
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

CMD ["python", "-m", "streamlit", "run", "app/server.py"]
