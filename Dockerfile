# Builds without a syntax line, so that the engine's own BuildKit suffices.
FROM node:26-trixie-slim AS manifests
WORKDIR /app
COPY package.json package-lock.json .npmrc ./

# No install scripts anywhere: the image brings its own Node.js, and nothing is compiled natively.
FROM manifests AS build
RUN --mount=type=cache,target=/root/.npm npm ci --ignore-scripts
COPY tsconfig.json tsconfig.build.json ./
COPY scripts/copy-assets.js scripts/
COPY src src
RUN npm run build

FROM manifests AS dependencies
RUN --mount=type=cache,target=/root/.npm npm ci --omit=dev --ignore-scripts

FROM node:26-trixie-slim
ARG VERSION=0.0.0
LABEL org.opencontainers.image.title="candado" \
      org.opencontainers.image.description="A TCP service that shares files between many clients and lets exactly one of them change a file at a time." \
      org.opencontainers.image.licenses="MIT" \
      org.opencontainers.image.version="${VERSION}"
# A new volume takes over the owner of the folder that it is mounted on.
RUN mkdir /data && chown 1000:1000 /data && \
    ln -s /app/dist/src/main.js /usr/local/bin/candado
WORKDIR /app
COPY package.json LICENSE ./
COPY --from=dependencies /app/node_modules node_modules
COPY --from=build --chmod=755 /app/dist/src dist/src
ENV NODE_ENV=production \
    HOST=0.0.0.0 \
    PORT=6780 \
    HTTP_PORT=9780 \
    FILES_ROOT=/data \
    LOG_FORMAT=json \
    UV_THREADPOOL_SIZE=16
# A number, so that Kubernetes can tell that it is not root; in the base image it is the user node.
USER 1000:1000
VOLUME /data
EXPOSE 6780 9780
HEALTHCHECK --interval=5s --timeout=3s --start-period=20s --retries=3 \
  CMD ["node", "-e", "fetch(`http://127.0.0.1:${process.env.HTTP_PORT}/readyz`).then((reply) => process.exit(reply.ok ? 0 : 1), () => process.exit(1))"]
# No shell between: node itself gets SIGTERM, drains and exits 0.
ENTRYPOINT ["node", "/app/dist/src/main.js"]
CMD ["serve"]
